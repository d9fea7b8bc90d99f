"""State by track by step by role: the machine allows what the model lists, nothing more and nothing less."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from asylum_portal.accounts.models import Role
from procedure import access
from procedure.machines import BEGINNINGS, MODEL_OF_STEP
from procedure.machines import MACHINES as OF_PROCEDURE
from procedure.models import Procedure, RulePackage
from procedure.states import OPEN, State, Track
from procedure.steps import fits, target_of
from reception.access import ACTORS as OF_RECEPTION
from reception.models import Reception
from tests.cast import load_law
from tests.procedure.model_table import (
    DRAFT_ONLY,
    EFFECT_ROWS,
    ENDS,
    EVERY_ROW,
    PLACES,
    READINGS,
    ROWS,
    SMALL_READINGS,
    SMALL_STATES,
    STATES,
    Place,
    Row,
    places,
)

pytestmark = pytest.mark.django_db

# How many rows each part of C2 has.
LAST = (("T", 66), ("B", 4), ("P", 8), ("R", 15), ("F", 3), ("V", 7), ("X", 7))
SMALL_MACHINES = tuple(SMALL_STATES)
# The reception stands in an app of its own and is else a machine like the others.
MACHINES = OF_PROCEDURE | {"reception": Reception}
ACTORS = access.ACTORS | OF_RECEPTION


def by_name(rows: list[Row], *machines: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.machine in machines:
            found[row.name].append(row)
    return dict(found)


STEPS = {name: rows for name, rows in by_name(EVERY_ROW, "procedure").items() if rows[0].sources}
SMALL_STEPS = {name: rows for name, rows in by_name(EVERY_ROW, *SMALL_MACHINES).items() if rows[0].sources}
BEGUN = {row.name: row for row in EVERY_ROW if not row.sources}


@pytest.fixture(scope="module")
def law(django_db_setup: None, django_db_blocker: Any) -> RulePackage:
    with django_db_blocker.unblock():
        return load_law()


def told(place: Place) -> str:
    return f"{State(place[0]).label}, {Track(place[1]).label}"


def standing(place: Place, package: RulePackage) -> Procedure:
    return Procedure(state=place[0], track=place[1], package=package)


def beginning(machine: str, state: str, package: RulePackage) -> Any:
    """One of the small machines in this state of the model, beside a procedure of this package."""
    model = MACHINES[machine]
    return model(state=model.State[state], procedure=Procedure(package=package))


# What the table is about


def test_every_step_of_the_machine_is_a_row_of_the_model_and_every_row_a_step() -> None:
    ours = {name for name, rows in (STEPS | SMALL_STEPS).items() if rows[0].machine != "reception"}
    assert set(MODEL_OF_STEP) == ours | DRAFT_ONLY
    assert set(OF_RECEPTION) == SMALL_STEPS.keys() - ours
    assert set(BEGINNINGS) == BEGUN.keys()
    assert set(ACTORS) >= set(MODEL_OF_STEP)
    for name, rows in (STEPS | SMALL_STEPS).items():
        assert {row.machine for row in rows} == {MODEL_OF_STEP.get(name, Reception).machine}, name


def test_every_number_of_the_model_is_there_once_for_each_state() -> None:
    numbers = {row.number for row in ROWS}
    expected = {"T31a", *(f"{letter}{number:02}" for letter, last in LAST for number in range(1, last + 1))}
    assert numbers == expected
    for name, rows in STEPS.items():
        sources = [source for row in rows for source in row.sources]
        assert len(sources) == len(set(sources)), f"{name} starts twice from the same state"


def test_every_state_of_the_model_is_a_place_of_the_machine_and_nothing_else_is() -> None:
    assert {state for state, _track in PLACES} == set(State)
    assert {
        state for name in STATES if name not in ENDS["procedure"] for state, _track in places(name)
    } == set(OPEN)
    for machine, names in SMALL_STATES.items():
        assert set(names.split()) == {state.name for state in MACHINES[machine].State}


def test_every_reading_is_of_a_row() -> None:
    assert (READINGS | SMALL_READINGS).keys() <= {row.number for row in ROWS}


# The procedure


def cells(name: str) -> dict[Place, Place]:
    """Where the model lets this step start, and where it leads from there."""
    return {place: target for row in STEPS[name] for place, target in row.moves.items()}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_starts_where_the_model_says_and_nowhere_else(name: str, law: RulePackage) -> None:
    numbers = ", ".join(row.number for row in STEPS[name])
    model = cells(name)
    wrong = []
    for place in PLACES:
        procedure = standing(place, law)
        if fits(procedure, name) and place not in model:
            wrong.append(f"the machine allows it in {told(place)}; the model does not")
        elif place in model and not fits(procedure, name):
            wrong.append(f"the model allows it in {told(place)}; the machine does not")
    assert not wrong, f"{numbers} {name}: " + "; ".join(wrong)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_leads_where_the_model_says(name: str, law: RulePackage) -> None:
    numbers = ", ".join(row.number for row in STEPS[name])
    before = any(row.target == "before" for row in STEPS[name])
    for place, (state, _track) in cells(name).items():
        procedure = standing(place, law)
        if before:
            for remembered in OPEN:
                procedure.held_state = remembered
                if remembered != State.DISCONTINUATION:
                    assert target_of(procedure, name) == remembered
            continue
        reached = target_of(procedure, name) or place[0]
        assert reached == state, (
            f"{numbers} {name} from {told(place)} leads to {State(reached).label}; "
            f"the model says {State(state).label}"
        )


def test_no_step_leads_out_of_the_places_of_the_model() -> None:
    """A place that the model does not have, as triage in the Dublin track, is never reached."""
    reached, growing = (
        {place for row in BEGUN.values() if row.machine == "procedure" for place in row.starts},
        True,
    )
    while growing:
        following = {cells(name)[place] for name in STEPS for place in reached if place in cells(name)}
        growing = not following <= reached
        reached |= following
    assert reached == set(PLACES)


def combinations() -> Iterator[tuple[Place, str, Role]]:
    return ((place, name, role) for place in PLACES for name in STEPS for role in Role)


def test_state_by_track_by_step_by_role_as_the_model_says(law: RulePackage) -> None:
    allowed = {
        (place, row.name, role)
        for rows in STEPS.values()
        for row in rows
        for place in row.moves
        for role in row.roles
    }
    wrong = []
    fitting = {(place, name): fits(standing(place, law), name) for place in PLACES for name in STEPS}
    count = 0
    for place, name, role in combinations():
        count += 1
        may = fitting[place, name] and role in ACTORS[name]
        if may != ((place, name, role) in allowed):
            says = "allowed by the machine alone" if may else "missing in the machine"
            wrong.append(f"{name} in {told(place)} by {role}: {says}")
    assert not wrong, f"{len(wrong)} of {count} differ:\n" + "\n".join(wrong[:60])
    assert count == len(PLACES) * len(STEPS) * len(Role)


# Who


@pytest.mark.parametrize("name", [*STEPS, *SMALL_STEPS])
def test_a_step_is_for_the_people_of_the_model(name: str) -> None:
    rows = (STEPS | SMALL_STEPS)[name]
    for row in rows:
        more, fewer = ACTORS[name] - row.roles, row.roles - ACTORS[name]
        assert not more, f"{row.number} {name}: the machine also lets {sorted(more)} take it"
        assert not fewer, f"{row.number} {name}: the model also lets {sorted(fewer)} take it"


def test_the_portal_itself_only_ends_a_wait_or_moves_a_clock() -> None:
    """Model C0.3: every outcome is a person's act."""
    assert {name for name, roles in ACTORS.items() if Role.SYSTEM in roles} == {
        # T13 T18 T23 T26 T34 T40 T53 R11: a wait whose term has lapsed.
        "close_corrections",
        "close_response",
        "close_withdrawal_response",
        # P05 V01 V02 F01: clocks.
        "open_higher_appeal",
        "start_departure_term",
        "suspend_departure_term",
        *(row.name for row in EFFECT_ROWS if row.actors == ("SYS",) and row.sources),
    }


def test_nobody_without_a_part_in_the_procedure_takes_a_step() -> None:
    """The counsellor, the auditor and the administrator read; the municipality houses people."""
    never = {Role.COUNSELLOR, Role.AUDITOR, Role.ADMINISTRATOR}
    assert not {name for name, roles in ACTORS.items() if roles & never}
    assert {name for name, roles in ACTORS.items() if Role.MUNICIPALITY in roles} == {
        "offer_home",
        "move_into_home",
    }


# The small machines


@pytest.mark.parametrize("machine", SMALL_MACHINES)
def test_a_small_machine_moves_as_the_model_says(machine: str, law: RulePackage) -> None:
    wrong = []
    for name, rows in by_name(EVERY_ROW, machine).items():
        targets = {source: row.target for row in rows for source in row.sources}
        for state in SMALL_STATES[machine].split() if targets else ():
            subject = beginning(machine, state, law)
            if fits(subject, name) != (state in targets):
                who = "the machine" if fits(subject, name) else "the model"
                wrong.append(f"{name} from {state}: only {who} allows it")
            elif state in targets and targets[state] == "before":
                continue
            elif state in targets:
                goes_to = target_of(subject, name) or subject.state
                target = state if targets[state] == "=" else targets[state]
                if goes_to != MACHINES[machine].State[target]:
                    wrong.append(f"{name} from {state} leads to {goes_to}; the model says {target}")
    assert not wrong, "; ".join(wrong)


@pytest.mark.parametrize("machine", SMALL_MACHINES)
def test_every_state_of_a_small_machine_is_reached_but_those_that_come_by_time(machine: str) -> None:
    targets = {row.target for rows in by_name(EVERY_ROW, machine).values() for row in rows}
    never = set(SMALL_STATES[machine].split()) - targets
    # A permit runs out by its own date; a border measure begins with its own first step.
    assert (
        never
        == {
            "border": {"NONE"},
            "appeal": set(),
            "permit": {"EXPIRED"},
            "replacement": set(),
            "family": set(),
            "return": set(),
            "reception": set(),
        }[machine]
    )


# The rule package


def test_the_package_of_2026_narrows_the_machine_and_never_widens_it() -> None:
    draft = load_law("nl-2026")
    graph = draft.law.graph
    assert set(graph.steps) - DRAFT_ONLY <= set(load_law().law.graph.steps)
    for place in PLACES:
        for name in STEPS:
            if fits(standing(place, draft), name):
                assert place in cells(name), f"{name} in {told(place)} is new in nl-2026"
    for name in DRAFT_ONLY:
        assert name in graph.steps
        assert not [place for place in PLACES if fits(standing(place, load_law()), name)]
