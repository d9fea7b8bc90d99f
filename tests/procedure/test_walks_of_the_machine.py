"""Long random walks over the bare machine: from any place by any step, never out of the places of the model.

Nothing is written here: conditions that look into the file are left aside, so that every road is walked, also
those on which a real case needs months. The walks with the database and all conditions are in test_walks.
"""

import inspect
import itertools
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django_fsm import TransitionNotAllowed

from procedure.machines import MACHINES, MODEL_OF_STEP
from procedure.models import Procedure, RulePackage
from procedure.states import OPEN, OUTCOMES, Hold, Outcome, Schedule, State, Track
from procedure.steps import fits, target_of
from tests.cast import load_law
from tests.procedure.model_table import EVERY_ROW, PLACES, SMALL_STATES, Place

pytestmark = pytest.mark.django_db

STEPS_IN_ALL = 20_000
STEPS_A_WALK = 60
FIRST_DAY = date(2026, 3, 17)
EARLY_ENDS = {"confirm_withdrawal", "intend_to_discontinue"}
# The small machine that begins when the procedure arrives somewhere, as an effect of the step.
BEGINS = {
    State.REFUSED: ("appeal", "return"),
    State.WITHDRAWN: ("return",),
    State.GRANTED: ("permit", "family"),
}
# For each step and each place of the procedure, where the model says that it leads.
MODEL = {
    (row.name, place): target
    for row in EVERY_ROW
    if row.machine == "procedure"
    for place, target in row.moves.items()
}
SMALL_MODEL = {
    (row.name, source): row.target
    for row in EVERY_ROW
    if row.machine in SMALL_STATES
    for source in row.sources
}


class Walk:
    """One application and the small machines beside it, in memory."""

    def __init__(self, law: RulePackage, seed: int, taken: Counter[tuple[Place, str]]) -> None:
        self.random = random.Random(seed)
        self.seed = seed
        self.trail: list[str] = []
        self.taken = taken
        self.on = FIRST_DAY
        repeat = self.random.random() < 0.2
        self.procedure = Procedure(
            package=law,
            wish_expressed_on=FIRST_DAY,
            state=State.REPEAT_NOTIFIED if repeat else State.WISH_EXPRESSED,
            track=Track.REPEAT if repeat else Track.GENERAL,
        )
        self.subjects: dict[str, Any] = {"procedure": self.procedure}
        self.begin("border")

    def __str__(self) -> str:
        return f"seed {self.seed}: {' > '.join(self.trail)}"

    @property
    def here(self) -> Place:
        return (str(self.procedure.state), str(self.procedure.track))

    def begin(self, machine: str) -> None:
        self.subjects[machine] = MACHINES[machine](procedure=self.procedure)

    def argument(self, name: str) -> Any:
        """Something of the right kind for an argument of a step."""
        choose = self.random.choice
        match name:
            case "schedule":
                return choose([Schedule.SIX_DAYS, Schedule.NINE_DAYS])
            case "outcome":
                return choose(list(Outcome))
            case "ground":
                return choose(["", *Hold.values, "a", "42(4)(a)"])
            case "ruling":
                return choose(["dismissed", "annulled", "partly"])
            case "hit" | "detained" | "granted" | "by_default" | "senior_decides" | "no_right_of_residence":
                return choose([False, True])
            case "handed_at":
                return datetime(2026, 3, 17, 12, tzinfo=UTC)
            case "suspension":
                return uuid4()
            case _ if name.endswith("_on") or name in ("valid_from", "valid_until"):
                return self.on + timedelta(days=self.random.randrange(10))
            case _:
                return "x"

    def take(self, name: str) -> None:
        """The step itself, with what it changes in its subject; its conditions on the file are not asked."""
        subject = self.subjects[MODEL_OF_STEP[name].machine]
        target = target_of(subject, name)
        body = inspect.unwrap(getattr(type(subject), name))
        parameters = [parameter for parameter in inspect.signature(body).parameters if parameter != "self"]
        subject.event_on = self.on
        body(subject, **{parameter: self.argument(parameter) for parameter in parameters})
        if target is not None:
            subject.state = target
        self.trail.append(name)

    def step(self) -> str:
        self.on += timedelta(days=self.random.choice([0, 0, 1, 3]))
        possible = [name for name in MODEL_OF_STEP if self.fits(name)]
        # Withdrawing and stopping are possible nearly everywhere and would end most walks early.
        onwards = [name for name in possible if self.moves(name) and name not in EARLY_ENDS]
        chance = self.random.random()
        if chance < 0.8:
            # Where fewest have been.
            some = onwards if onwards and chance < 0.7 else possible
            name = min(some, key=lambda name: (self.taken[self.here, name], self.random.random()))
        else:
            name = self.random.choice(possible)
        self.taken[self.here, name] += 1
        before, held = self.here, self.procedure.held_state
        small = {
            machine: self.subjects[machine].state for machine in SMALL_STATES if machine in self.subjects
        }
        self.take(name)
        self.check(name, before, held, small)
        for machine in (
            BEGINS.get(State(self.procedure.state), ()) if self.procedure.state != before[0] else ()
        ):
            self.begin(machine)
        if name == "report_loss":
            self.begin("replacement")
        return name

    def fits(self, name: str) -> bool:
        subject = self.subjects.get(MODEL_OF_STEP[name].machine)
        return subject is not None and fits(subject, name)

    def moves(self, name: str) -> bool:
        subject = self.subjects[MODEL_OF_STEP[name].machine]
        return target_of(subject, name) not in (None, subject.state)

    def check(self, name: str, before: Place, held: str, small: dict[str, str]) -> None:
        procedure, here = self.procedure, self.here
        assert here in PLACES, f"{name} leads out of the model, to {here}. {self}"
        machine = MODEL_OF_STEP[name].machine
        if machine == "procedure":
            expected = (held, before[1]) if name == "drop_discontinuation" else MODEL[name, before]
            assert here == expected, f"{name} leads to {here}, the model says {expected}. {self}"
        else:
            assert here == before, f"{name} of the {machine} machine moves the procedure. {self}"
            state = type(self.subjects[machine]).State
            target = SMALL_MODEL[name, state(small[machine]).name]
            if target != "before":
                wanted = small[machine] if target == "=" else state[target]
                assert self.subjects[machine].state == wanted, f"{name} leads elsewhere. {self}"
        # An outcome is there from the decision on, and gone when the case goes on.
        decided = procedure.state in OUTCOMES or procedure.state == State.CLOSED
        assert bool(procedure.outcome) == bool(procedure.decided_on) == decided, f"{name}. {self}"
        assert (procedure.state in OPEN) != decided
        if procedure.state == State.DISCONTINUATION:
            assert procedure.held_state in OPEN and procedure.held_state != State.DISCONTINUATION, str(self)

    def refused(self) -> None:
        """A step that does not start here is refused, before anything else is asked."""
        misfits = [
            name for name in MODEL_OF_STEP if self.subjects.get(MODEL_OF_STEP[name].machine) is not None
        ]
        name = self.random.choice([name for name in misfits if not self.fits(name)])
        subject = self.subjects[MODEL_OF_STEP[name].machine]
        before = dict(vars(subject))
        with pytest.raises(TransitionNotAllowed):
            getattr(subject, name)()
        before.pop("event_on", None)
        assert {key: vars(subject)[key] for key in before} == before


def test_no_walk_leaves_the_places_of_the_model(db: None) -> None:
    law = load_law()
    taken: Counter[tuple[Place, str]] = Counter()
    for seed in itertools.count():
        if taken.total() >= STEPS_IN_ALL:
            break
        walk = Walk(law, seed, taken)
        for _ in range(STEPS_A_WALK):
            walk.step()
            if walk.random.random() < 0.2:
                walk.refused()
            if walk.procedure.state == State.CLOSED and walk.random.random() < 0.2:
                break
    assert {place for place, _name in taken} == set(PLACES)
    # A draft's own steps start nowhere under the law in force.
    assert {name for _place, name in taken} == set(MODEL_OF_STEP) & law.law.graph.steps
