"""What the page foretells is what happens: for every step at every place of the model, both are compared."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from asylum_portal.accounts.models import Role
from asylum_portal.notices.models import Notice
from cases.models import Document, Involvement, Mandate
from procedure import machines
from procedure.actions import apply_transition, unmet_reasons
from procedure.consequences import Consequences
from procedure.given import Given, Letter
from procedure.guards import StateForbids
from procedure.models import Appointment, Deadline, Procedure, ProcedureDay
from procedure.previews import foresee
from procedure.rule_rows import Extension
from procedure.states import State, Track
from procedure.steps import fits
from reception.models import Reception
from tests.cast import Cast, at
from tests.procedure.footprint import footprint
from tests.procedure.model_table import BESIDE_ROWS, DRAFT_ONLY, EVERY_ROW, PLACES
from tests.procedure.roads import (
    HANDS,
    HANDS_ROLE,
    PARTNERS,
    and_back,
    everywhere,
    given,
    hand_for,
    involve_partners,
    people_on_the_road,
    take,
    walk_to,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow(100)]

REFUSALS = (StateForbids, ValidationError, PermissionDenied)
RUNNING = {"open", "lapsed", "suspended"}
# How long after the last step it is tried: at once, or when some term has run out.
LATER = (0, 1, 8, 30, 200, 400)
# At how many places on the roads a step is tried, for each place of the model from which it starts.
PLACES_TRIED = 6
# What can be done in nearly every state and is no row of C2 is compared in so many of them.
BESIDE_C2 = {row.name for row in BESIDE_ROWS}
ENOUGH = 5


def no_lawyer(cast: Cast, on: date) -> None:
    cast.case.mandates.all().delete()


def steps_before(*names: str, **more: Any) -> Callable[[Cast, date], None]:
    def go(cast: Cast, on: date) -> None:
        for name in names:
            take(cast, name, on, hour=10, **more)

    return go


def paused(ground: str) -> Callable[[Cast, date], None]:
    return lambda cast, on: take(cast, "pause", on, hour=10, ground=ground, starts_on=on)


def annulled(cast: Cast, on: date) -> None:
    take(cast, "lodge_appeal", on, hour=10)
    take(cast, "record_ruling", on, hour=10, ruling="annulled")


# What must come before a step where the road alone does not bring it about; the first that leads on is taken.
FIRST: dict[str, tuple[Callable[[Cast, date], None], ...]] = {
    "retract_withdrawal": (steps_before("request_withdrawal"),),
    "confirm_withdrawal": (steps_before("request_withdrawal"),),
    "accept_explanation": (steps_before("record_no_show"),),
    "intend_to_discontinue": (steps_before("record_no_show"), paused("moratorium")),
    "close_corrections": (steps_before("file corrections"),),
    "close_response": (steps_before("file response"),),
    "close_withdrawal_response": (steps_before("file response"),),
    "refuse": (steps_before("file response"),),
    "decide_not_to_consider": (steps_before("file response"),),
    "issue_intended_decision": (steps_before("add DOC-REP-ACC"),),
    "accept_claim": (steps_before("send_claim"),),
    "assign_lawyer": (no_lawyer,),
    "resume": (paused("health"), paused("moratorium")),
    # Nothing is left to do: nobody has to leave any more, and the permit is in hand.
    "close": (
        steps_before("record_unknown_destination"),
        steps_before("announce_permit", "hand_out_permit"),
    ),
    **dict.fromkeys(("reopen_after_annulment", "restore_permit", "reopen_family_request"), (annulled,)),
    "complete_application": (steps_before("file evidence"),),
    "record_provisional_ruling": (steps_before("request_provisional_measure"),),
}


def wanted(cast: Cast, name: str, on: date) -> list[dict[str, Any]]:
    """The inputs with which a step is tried, one after the other, until it can be taken."""
    inputs = given(cast, name, on)
    running = cast.procedure.deadlines.running()
    match name:
        case "pause":
            law = cast.procedure.package.law
            return [inputs | {"ground": ground, "starts_on": on} for ground in law.suspensions]
        case "resume":
            pause = cast.procedure.suspensions.filter(ends_on__isnull=True).first()
            return [inputs | {"suspension": str(pause.pk) if pause else "", "resumes_on": on}]
        case "set_letter_date":
            return [
                inputs
                | {
                    "term": str(term.pk),
                    "letter": Letter(term.effective_due_on + timedelta(days=9), "letter"),
                }
                for term in running
            ]
        case "extend_term":
            return [
                inputs | more_time(term, extension, days)
                for term in running
                for extension in cast.procedure.package.law.extensions.values()
                if term.rule_code in extension.rules
                for days in (1, 3, 30)
            ]
        case _:
            return [inputs]


def more_time(term: Deadline, extension: Extension, days: int) -> dict[str, Any]:
    """So many days more, on the first ground, by the first who may."""
    return {
        "term": str(term.pk),
        "until": term.effective_due_on + timedelta(days=days),
        "ground": next(iter(extension.grounds), ""),
        "obstacle_ended_on": term.effective_due_on - timedelta(days=1),
        "proof": term.procedure.case.documents.first(),
        "by": HANDS[Role(extension.by[0])],
    }


def as_given(inputs: dict[str, Any]) -> Given:
    own = ("document", "letter", "appointment", "lawyer", "reason", "facts")
    return Given(
        **{key: value for key, value in inputs.items() if key in own},
        arguments={key: value for key, value in inputs.items() if key not in own},
    )


@dataclass(frozen=True)
class Seen:
    """How everything stands, read from the tables."""

    states: dict[tuple[str, Any], str]
    terms: dict[Any, tuple[str, date, Any, str]]
    days: tuple[tuple[int, date], ...]
    meetings: frozenset[tuple[Any, str, Any]]
    notices: frozenset[Any]
    mandates: dict[Any, tuple[date, date | None]]
    parts: dict[Any, tuple[str, date, date | None]]
    documents: frozenset[Any]


STATES = " UNION ALL ".join(
    f"SELECT '{machine}', {model._meta.pk.column}::text, state FROM {model._meta.db_table}"
    f" WHERE {'id' if model is Procedure else 'procedure_id'} = %s"
    for machine, model in (machines.MACHINES | {Reception.machine: Reception}).items()
)


def look(procedure: Procedure) -> Seen:
    with connection.cursor() as cursor:
        cursor.execute(STATES, [procedure.pk] * STATES.count("%s"))
        states = {(machine, pk): state for machine, pk, state in cursor.fetchall()}
    terms = Deadline.objects.filter(procedure=procedure)
    mandates = Mandate.objects.filter(case=procedure.case)
    parts = Involvement.objects.filter(case=procedure.case)
    return Seen(
        states=states,
        terms={
            pk: (code, due_on, due_at, state)
            for pk, code, due_on, due_at, state in terms.values_list(
                "pk", "rule_code", "effective_due_on", "due_at", "state"
            )
        },
        days=tuple(
            ProcedureDay.objects.filter(procedure=procedure).order_by("number").values_list("number", "on")
        ),
        meetings=frozenset(
            Appointment.objects.filter(procedure=procedure).values_list("pk", "kind", "starts_at")
        ),
        notices=frozenset(Notice.objects.values_list("pk", flat=True)),
        mandates={pk: (start, end) for pk, start, end in mandates.values_list("pk", "starts_on", "ends_on")},
        parts={
            pk: (role, start, end)
            for pk, role, start, end in parts.values_list("pk", "role", "starts_on", "ends_on")
        },
        documents=frozenset(Document.objects.filter(case=procedure.case).values_list("pk", flat=True)),
    )


def seen_between(before: Seen, after: Seen) -> dict[str, Any]:
    """What happened, in the words of a preview."""
    old, new = before.terms, after.terms
    notices = Notice.objects.filter(pk__in=after.notices - before.notices).select_related("recipient")
    return {
        "went": sorted(
            (machine, before.states.get((machine, pk), ""), state)
            for (machine, pk), state in after.states.items()
            if before.states.get((machine, pk)) != state
        ),
        "opens": sorted(row for pk, row in new.items() if pk not in old and row[3] in RUNNING),
        "ends": sorted(
            row for pk, row in new.items() if pk in old and old[pk][3] in RUNNING and row[3] not in RUNNING
        ),
        "moves": sorted(
            (old[pk], row)
            for pk, row in new.items()
            if pk in old
            and row[3] in RUNNING
            and (row[2] != old[pk][2] or (row[3] == "suspended") != (old[pk][3] == "suspended"))
        ),
        "days": list(after.days) if after.days != before.days else [],
        "meetings": sorted(row[1:] for row in after.meetings - before.meetings),
        "told": sorted(
            (notice.recipient.role, notice.kind, notice.recipient.reading_language) for notice in notices
        ),
        "begins": sorted(
            [("lawyer", start) for pk, (start, _end) in after.mandates.items() if pk not in before.mandates]
            + [(role, start) for pk, (role, start, _end) in after.parts.items() if pk not in before.parts]
        ),
        "ends access": sorted(
            [
                ("lawyer", end)
                for pk, (_start, end) in after.mandates.items()
                if end and pk in before.mandates and before.mandates[pk][1] is None
            ]
            + [
                (role, end)
                for pk, (role, _start, end) in after.parts.items()
                if end and pk in before.parts and before.parts[pk][2] is None
            ]
        ),
        "filed": sorted(
            Document.objects.filter(pk__in=after.documents - before.documents).values_list("code", flat=True)
        ),
    }


def foretold(consequences: Consequences) -> dict[str, Any]:
    def row(term: Any) -> tuple[str, date, Any, str]:
        return (term.code, term.due_on, term.due_at, term.state)

    return {
        "went": sorted((went.machine, went.before, went.after) for went in consequences.went),
        "opens": sorted(row(term) for term in consequences.opens),
        "ends": sorted(row(term) for term in consequences.ends),
        "moves": sorted((row(moved.before), row(moved.after)) for moved in consequences.moves),
        "days": [(day.number, day.on) for day in consequences.days],
        "meetings": sorted(consequences.meetings),
        "told": sorted((told.role, told.kind, told.language) for told in consequences.told),
        "begins": sorted((access.role, access.on) for access in consequences.access_begins),
        "ends access": sorted((access.role, access.on) for access in consequences.access_ends),
        "filed": sorted(filed.code for filed in consequences.filed),
    }


def source_of(subject: machines.Subject) -> Any:
    is_procedure = isinstance(subject, Procedure)
    return (subject.state, subject.track) if is_procedure else str(subject.state)


def compare(cast: Cast, name: str, on: date, asked: set[str]) -> list[str] | None:
    """The step on this day with the first inputs that do, and its preview; None when it cannot be taken."""
    if unmet_reasons(cast.procedure, name, on=on):
        return None
    person = hand_for(name)
    if HANDS_ROLE[person] in PARTNERS:
        involve_partners(cast, on)
    for inputs in wanted(cast, name, on):
        actor, moment = cast.people[inputs.pop("by", person)], at(on, 17)

        def preview(inputs: Any = inputs, actor: Any = actor, moment: Any = moment) -> Any:
            return foresee(cast.procedure, name, actor=actor, on=on, at=moment, given=as_given(inputs))

        before = look(cast.procedure)
        try:
            with and_back(cast):
                apply_transition(cast.procedure, name, actor=actor, on=on, at=moment, **inputs)
                happened = seen_between(before, look(cast.procedure))
        except REFUSALS:
            if name not in asked:
                asked.add(name)
                preview()  # It may say anything, but must not break.
            continue
        before_all = footprint()
        foreseen = preview()
        if footprint() != before_all:
            return [f"{name}: the preview left something behind"]
        if foreseen.forbidden or foreseen.wrong or foreseen.lacking:
            return [f"{name}: is possible, and the preview says {foreseen}"]
        said = foretold(foreseen.consequences)
        return [
            f"{name}: {what}: foretold {said[what]}, happened {happened[what]}"
            for what in happened
            if happened[what] != said[what]
        ]
    return None


def try_at(cast: Cast, name: str, asked: set[str]) -> list[str] | None:
    """The step at this place, at once or later, after what must come first."""
    last = cast.procedure.last_event_on()
    assert last is not None
    for first in (*FIRST.get(name, ()), None):
        for days in LATER:
            on = last + timedelta(days=days)
            if first is None and unmet_reasons(cast.procedure, name, on=on):
                continue
            with and_back(cast):
                try:
                    if first is not None:
                        first(cast, on)
                except REFUSALS:
                    continue
                differs = compare(cast, name, on, asked)
            if differs is not None:
                return differs
    return None


# (step, where it starts): the model lets it start there, and no road brings about what it waits for.
NEVER_ON_HOLD = (State.WISH_EXPRESSED, State.REGISTRATION)
OUT_OF_REACH: set[tuple[str, Any]] = {
    # Nobody is expected anywhere before the procedure proper, so nobody stays away (T58), and before the
    # application is lodged no time runs that could stand still.
    *(
        ("accept_explanation", (str(state), str(Track.GENERAL)))
        for state in (*NEVER_ON_HOLD, State.LODGED, State.APPLICATION_INTERVIEW, State.TRIAGE)
    ),
    *(("intend_to_discontinue", (str(state), str(Track.GENERAL))) for state in NEVER_ON_HOLD),
    # States that last no time: the higher appeal opens with the judgment.
    ("make_final", "ruled"),
    ("open_higher_appeal", "ruled"),
    # What another step brings along at once is compared with that step.
    ("plan_transfer", "not_started"),
    ("suspend_departure_term", "term_running"),
    *(("stop_return", state) for state in ("not_started", "term_running", "term_suspended", "dtv_active")),
    *(("stop_return", state) for state in ("iom_voluntary", "transfer_planned")),
}


def test_every_step_of_the_model_does_what_its_preview_says() -> None:
    cast, done, wrong = people_on_the_road(), set(), []
    tried, asked = Counter[tuple[str, Any]](), set[str]()

    def visit(place: str) -> None:
        subjects = {subject.machine: subject for subject in machines.subjects(cast.procedure)}
        fitting = {
            name: source_of(subjects[model.machine])
            for name, model in machines.MODEL_OF_STEP.items()
            if model.machine in subjects and fits(subjects[model.machine], name)
        }
        for source in fitting.items():
            name, _where = source
            if source in done or tried[source] == PLACES_TRIED:
                continue
            if name in BESIDE_C2 and sum(step == name for step, _source in done) == ENOUGH:
                continue
            tried[source] += 1
            differs = try_at(cast, name, asked)
            if differs is not None:
                done.add(source)
                wrong.extend(f"{place}: {difference}" for difference in differs)

    everywhere(cast, visit)
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:40])
    model = {
        (row.name, place if row.machine == "procedure" else machines.MACHINES[row.machine].State[place].value)
        for row in EVERY_ROW
        if row.name not in BESIDE_C2 and row.machine != "reception"
        for place in (row.moves if row.machine == "procedure" else row.sources)
    }
    missing = sorted(map(str, model - done - OUT_OF_REACH))
    assert not missing, f"{len(missing)} of {len(model)} never taken:\n" + "\n".join(missing)
    assert not OUT_OF_REACH & done
    assert {name for name, _source in done} >= BESIDE_C2 - {"move_to_package"}


@pytest.mark.parametrize(
    ("name", "arguments", "field"),
    [
        ("pause", {"ground": "moratorium", "starts_on": "3-25", "ends_on": "3-20"}, "ends_on"),
        ("pause", {"ground": "dublin", "starts_on": "3-25"}, "starts_on"),
        ("pause", {"ground": "nonsense", "starts_on": "3-25"}, "ground"),
        ("resume", {"suspension": "nonsense", "resumes_on": "3-25"}, "suspension"),
        ("set_letter_date", {"term": "nonsense"}, "term"),
        ("send_claim", {"kind": "nonsense"}, "kind"),
    ],
)
def test_a_preview_of_what_is_filled_in_wrong_names_the_field(
    name: str, arguments: dict[str, str], field: str
) -> None:
    cast = people_on_the_road()
    walk_to(cast, "DUBLIN_CLAIM")
    on = date(2026, 3, 25)
    given_so_far = Given(
        arguments={
            key: date(2026, *map(int, value.split("-"))) if key.endswith("_on") else value
            for key, value in arguments.items()
        }
    )
    before = footprint()
    foreseen = foresee(cast.procedure, name, actor=cast.caseworker, on=on, at=at(on, 17), given=given_so_far)
    assert field in foreseen.wrong
    assert foreseen.consequences == Consequences()
    assert footprint() == before


def test_only_what_is_compared_is_left_out() -> None:
    assert not {name for name, _place in OUT_OF_REACH} & DRAFT_ONLY
    assert Role.SYSTEM in HANDS_ROLE.values() and len(PLACES) > 40
