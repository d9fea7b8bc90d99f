"""At every place of the model, every step is knocked at: by the wrong person, or where it does not fit."""

import random
from itertools import count

import pytest
from django.core.exceptions import PermissionDenied

from asylum_portal.accounts.models import Role
from procedure import machines, steps
from procedure.access import ACTORS
from procedure.actions import apply_transition, unmet_reasons
from procedure.guards import StateForbids
from procedure.models import Procedure
from tests.cast import Cast, at
from tests.procedure.footprint import footprint
from tests.procedure.model_table import EVERY_ROW, SMALL_STATES, places
from tests.procedure.roads import HANDS, ROADS, START, everywhere, given, involve_partners, people_on_the_road

pytestmark = [pytest.mark.django_db, pytest.mark.slow(20)]

# Where the model lets each step start: a place of the procedure, or the state of the step's own machine.
STARTS: dict[str, set] = {}
for _row in EVERY_ROW:
    if _row.machine == "reception":
        continue  # its doors are those of another app
    _found = STARTS.setdefault(_row.name, set())
    if _row.machine == "procedure":
        _found.update(_row.moves)
    else:
        _found.update(machines.MACHINES[_row.machine].State[source].value for source in _row.sources)
WRONG_ROLES = {name: [role for role in HANDS if role not in roles] for name, roles in ACTORS.items()}
RIGHT_ROLES = {name: [role for role in HANDS if role in roles] for name, roles in ACTORS.items()}


def fits_in_model(subject: machines.Subject, name: str) -> bool:
    here = (subject.state, subject.track) if isinstance(subject, Procedure) else subject.state
    return here in STARTS[name]


def knock(cast: Cast, name: str, role: Role) -> type[Exception] | None:
    """Try the step as somebody of this role, who knows the case; what comes of it."""
    on = cast.procedure.last_event_on()
    try:
        apply_transition(
            cast.procedure,
            name,
            actor=cast.people[HANDS[role]],
            on=on,
            at=at(on, 20),
            **given(cast, name, on),
        )
    except (StateForbids, PermissionDenied) as refusal:
        return type(refusal)
    return None


def test_every_step_is_refused_to_the_wrong_person_and_at_the_wrong_place() -> None:
    """What fits is asked of every step everywhere; every fifth door is knocked at, by all roles in turn."""
    cast, turn, knocks, wrong = people_on_the_road(), count(), [0], []

    def visit(place: str) -> None:
        procedure = cast.procedure
        on = procedure.last_event_on()
        chance = random.Random(place)
        involve_partners(cast, on)
        before = footprint()
        subjects = {subject.machine: subject for subject in machines.subjects(procedure)}
        for name, model in machines.MODEL_OF_STEP.items():
            subject = subjects.get(model.machine)
            fits = subject is not None and steps.fits(subject, name)
            if fits != (subject is not None and name in STARTS and fits_in_model(subject, name)):
                wrong.append(f"{place}: {name} {'fits' if fits else 'does not fit'}, unlike in the model")
            if chance.random() > 1 / 5:
                continue
            number = next(turn)
            forbidden = not fits or bool(unmet_reasons(procedure, name, on=on))
            # One wrong role after another; where the state forbids the step, the right ones as well.
            roles = (RIGHT_ROLES if forbidden and number % 2 else WRONG_ROLES)[name]
            role = roles[number // 2 % len(roles)]
            expected = StateForbids if forbidden else PermissionDenied
            met = knock(cast, name, role)
            knocks[0] += 1
            if met is not expected:
                wrong.append(f"{place}: {name} by {role} met {met}, not {expected.__name__}")
        assert footprint() == before, f"a refusal at {place} has left something behind"

    everywhere(cast, visit)
    assert not wrong, f"{len(wrong)} of {knocks[0]}:\n" + "\n".join(wrong[:50])
    assert knocks[0] >= (len(ROADS) + 1) * len(machines.MODEL_OF_STEP) // 6


def test_the_roads_lead_to_every_place_of_the_model() -> None:
    """Where a road ends, its name says which state of the model it is."""
    cast, visited = people_on_the_road(), set()

    def visit(place: str) -> None:
        procedure = cast.procedure
        machine, _, state = place.rpartition(".")
        visited.add((procedure.state, procedure.track))
        for subject in machines.subjects(procedure):
            visited.add((subject.machine, subject.state))
        if not machine:
            assert (procedure.state, procedure.track) in places(place), place
        elif state in SMALL_STATES.get(machine, "").split():
            found = machines.current(procedure, machine)
            assert found is not None and found.state == type(found).State[state], place

    everywhere(cast, visit)
    assert START not in ROADS
    for name in {row.name for row in EVERY_ROW if row.machine == "procedure"}:
        assert STARTS[name] <= visited, f"no road leads to where {name} can start"
