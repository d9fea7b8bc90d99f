"""The machine of reception against the model's table (C2.10): state x step x role; held by the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from asylum_portal.accounts.models import Role, User
from asylum_portal.notices.models import Notice
from cases.actions import involve
from cases.models import AuditEntry
from procedure.guards import StateForbids
from procedure.machines import MACHINE_LABELS, state_label, steps_of, title_of
from procedure.models import Transition
from procedure.rules import PACKAGES, load_package
from procedure.steps import declared_of
from reception import access, machine
from reception.models import Reception
from reception.steps import take_step, unmet_reasons
from tests.cast import Cast, at, make_cast
from tests.reception.conftest import START, Desk, make_desk
from tests.reception.stays import granted, lead, stay_in, usual

State = Reception.State
DAY = timedelta(days=1)
# Model C2.10, by hand: step, from where, to where, who.
COA, MUN, SYS = Role.RECEPTION, Role.MUNICIPALITY, Role.SYSTEM
LIVING = ["in_reception", "transfer_ordered", "permit_waiting_home", "housing_offered", "ending"]
UNTIL_HOUSED = ["referred", "closed_centre", *LIVING]
TABLE: dict[str, tuple[list[str], str | None, set[Role]]] = {
    "refer_to_reception": (["referred"], "referred", {COA}),
    "arrive_at_centre": (["referred", "transfer_ordered"], "in_reception", {COA}),
    "order_move": (["in_reception"], "transfer_ordered", {COA}),
    "wait_for_home": (["in_reception"], "permit_waiting_home", {COA}),
    "offer_home": (["permit_waiting_home"], "housing_offered", {COA, MUN}),
    "move_into_home": (["housing_offered"], "housed", {COA, MUN}),
    "propose_end_of_reception": (["in_reception"], "ending", {COA}),
    "drop_end_of_reception": (["ending"], "in_reception", {COA}),
    "end_reception": (["ending"], "ended", {COA}),
    "hold_in_closed_centre": (["referred", "in_reception", "transfer_ordered"], "closed_centre", {SYS}),
    "leave_closed_centre": (["closed_centre"], "referred", {SYS}),
    "end_with_departure": (UNTIL_HOUSED, "ended", {SYS}),
    "miss_report": (LIVING, None, {SYS}),
    "miss_report_again": (LIVING, None, {SYS}),
    "report_again": (LIVING, None, {SYS}),
    "excuse_missed_report": (LIVING, None, {SYS}),
}
HELD = import_module("reception.migrations.0004_reception_held")


# The table


def test_the_machine_is_the_table_and_nothing_else() -> None:
    assert set(steps_of(Reception)) == TABLE.keys() == access.ACTORS.keys()
    for name, (sources, target, _roles) in TABLE.items():
        declared = getattr(Reception, name)._django_fsm.transitions
        assert {str(source) for source in declared} == set(sources), name
        assert {step.target for step in declared.values()} == {target}, name
    assert {name: roles for name, (_s, _t, roles) in TABLE.items()} == dict(access.ACTORS)


def test_the_database_allows_the_pairs_of_the_table_alone() -> None:
    pairs = {
        (source, target)
        for sources, target, _roles in TABLE.values()
        for source in sources
        if target and target != source
    }
    assert set(HELD.ALLOWED_PAIRS) == pairs


def test_every_step_has_a_title_and_a_place_in_the_rules() -> None:
    law = load_package(PACKAGES / "nl-2021.toml")
    for name in TABLE:
        assert name in law.graph.steps
        assert str(title_of(name)) == str(declared_of(Reception, name).custom["title"]) != name
    with translation.override("en"):
        assert str(state_label("reception", "housed")) == "lives in a home"
        assert str(MACHINE_LABELS["reception"]) == "Reception"
    # A package narrows the machine: the terms of the missed reports are not in that of 2026.
    draft = load_package(PACKAGES / "nl-2026.toml").graph.steps
    assert TABLE.keys() - draft == {
        "miss_report",
        "miss_report_again",
        "report_again",
        "excuse_missed_report",
    }


# Every state, with its real road to it


@contextmanager
def back_out() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def people(db: None) -> tuple[Cast, Desk, Desk]:
    cast = make_cast(on=START)
    return cast, make_desk("north", cast.people["reception"]), make_desk("south")


@pytest.mark.slow(50)
@pytest.mark.parametrize("state", [None, *State.values])
def test_every_step_in_every_state_by_everybody(people: tuple[Cast, Desk, Desk], state: str | None) -> None:
    """404 apart: a wrong state is refused before a missing right, and only the table's people get through."""
    cast, north, south = people
    on, begun = lead(cast, north, south, state)
    everybody = {**cast.people, "elsewhere": south.worker, "system": User.objects.system()}
    if state != State.TRANSFER_ORDERED:
        involve(
            cast.case,
            role=MUN,
            starts_on=START,
            actor=cast.supervisor,
            at=at(on, 8),
            organisation=cast.people["municipality"].organisation,
        )
    taken = set()
    for name, (sources, target, _roles) in TABLE.items():
        fits = name in machine.BEGINNINGS if state is None or state == State.ENDED else state in sources
        for who, person in everybody.items():
            before = (Transition.objects.count(), AuditEntry.objects.count())
            with back_out():
                refused = _try(cast, name, person, on=on, north=north)
                if refused is None:
                    taken.add((name, who))
                    found = machine.current(cast.procedure)
                    assert found is not None and found.state == (target or state), (name, who)
                    last = Transition.objects.latest("pk")
                    assert (last.machine, last.name, last.actor) == ("reception", name, person)
                    assert last.from_state == ("" if begun is False else state)
                else:
                    expected = PermissionDenied if fits and _open(cast, name, on=on) else StateForbids
                    assert isinstance(refused, expected), (state, name, who, refused)
                    after = (Transition.objects.count(), AuditEntry.objects.count())
                    assert after == before, (name, who)
    assert taken == _expected(cast, name_of=everybody, state=state, on=on)


def _try(cast: Cast, name: str, person: User, *, on: date, north: Desk) -> Exception | None:
    try:
        with transaction.atomic():
            take_step(
                cast.procedure, name, actor=person, on=on, at=at(on, 12), **_inputs(cast, name, on, north)
            )
    except (StateForbids, PermissionDenied) as refused:
        return refused
    return None


def _inputs(cast: Cast, name: str, on: date, north: Desk) -> dict[str, Any]:
    given = usual(cast, name, on)
    if name == "refer_to_reception":
        given["centre"] = north.centre
    return given


def _open(cast: Cast, name: str, *, on: date) -> bool:
    return not unmet_reasons(cast.procedure, name, on=on)


def _expected(cast: Cast, *, name_of: dict[str, User], state: str | None, on: date) -> set[tuple[str, str]]:
    """The table's people in the right place: at the desk of the centre, or with a part in the case."""
    found = set()
    for name, (_sources, _target, roles) in TABLE.items():
        if not _open(cast, name, on=on):
            continue
        for who, person in name_of.items():
            if person.role not in roles:
                continue
            if person.role == COA:
                # Where somebody moves to, the arrival is for the desk that expects her.
                there = (
                    "elsewhere"
                    if (state, name) == (State.TRANSFER_ORDERED, "arrive_at_centre")
                    else "reception"
                )
                if who != there:
                    continue
            found.add((name, who))
    return found


# Held by the database


@pytest.mark.parametrize("before", State.values)
def test_a_state_that_does_not_follow_is_refused_by_the_database(
    people: tuple[Cast, Desk, Desk], before: str
) -> None:
    cast, north, south = people
    lead(cast, north, south, before)
    row = machine.current(cast.procedure)
    assert row is not None and row.state == before
    for after in State.values:
        if after == before:
            continue
        said = _refusal_of("UPDATE reception_reception SET state = %s WHERE id = %s", after, row.pk)
        if (before, after) in HELD.ALLOWED_PAIRS:
            assert "needs its row in the history" in said
        else:
            assert f"does not go from {before} to {after}" in said


@pytest.mark.parametrize("state", State.values)
def test_a_reception_begins_referred_or_in_a_closed_centre_and_with_its_history(
    people: tuple[Cast, Desk, Desk], state: str
) -> None:
    cast, _north, _south = people
    said = _refusal_of(
        "INSERT INTO reception_reception (procedure_id, state, home_address, child_ground)"
        " VALUES (%s, %s, '', '')",
        cast.procedure.pk,
        state,
    )
    begins = state in ("referred", "closed_centre")
    assert ("needs its row in the history" if begins else "does not begin with") in said


def _refusal_of(statement: str, *values: Any) -> str:
    """What the database says to a change that goes round the machine."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError as refused:
        return str(refused)
    raise AssertionError("the database let it through")


# One step leaves its whole trail


def test_each_step_leaves_one_row_one_entry_and_its_notices(people: tuple[Cast, Desk, Desk]) -> None:
    cast, north, _south = people
    stay_in(cast, north)
    granted(cast)
    on = cast.procedure.last_event_on()
    steps = Transition.objects.filter(machine="reception")
    assert list(steps.values_list("name", "from_state", "to_state")) == [
        ("refer_to_reception", "", "referred"),
        ("arrive_at_centre", "referred", "in_reception"),
    ]
    entries = AuditEntry.objects.filter(case=cast.case, action__in=[f"procedure.{name}" for name in TABLE])
    assert entries.count() == steps.count() == 2
    take_step(
        cast.procedure,
        "wait_for_home",
        actor=north.worker,
        on=on,
        at=at(on, 17),
        municipality=cast.municipality.organisation,
    )
    last = steps.latest("pk")
    told = {notice.recipient for notice in _notices_of(last)}
    assert told == {cast.applicant, cast.lawyer, cast.municipality}
    assert last.inputs == {"municipality": "municipality"}


def _notices_of(step: Transition) -> list[Any]:
    return list(Notice.objects.filter(key__startswith=f"step:{step.pk}:"))


def test_a_day_before_the_last_step_or_after_today_is_refused(people: tuple[Cast, Desk, Desk]) -> None:
    cast, north, south = people
    stay_in(cast, north)
    for on, said in ((START - DAY, "before the last step"), (START + 2 * DAY, "has not come yet")):
        with pytest.raises(ValidationError) as refused, translation.override("en"):
            take_step(
                cast.procedure,
                "order_move",
                actor=north.worker,
                on=on,
                at=at(START + DAY),
                moment=at(on),
                centre=south.centre,
            )
        assert said in str(refused.value.message_dict["moment"])
    with pytest.raises(ValidationError) as refused:
        take_step(
            cast.procedure,
            "order_move",
            actor=north.worker,
            on=START,
            at=at(START, 13),
            moment=at(START, 14),
            centre=north.centre,
        )
    assert refused.value.message_dict.keys() == {"moment", "centre"}
