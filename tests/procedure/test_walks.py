"""Random walks through real cases: right and wrong steps in any order, and what holds after each (C12).

They set out from every place of the model, with the database, the files, the clock and all conditions. In the
suite they are a sample; `make walks` tries twenty thousand steps, from half of the places on each of two
worker processes. As many steps over the bare machine are in test_walks_of_the_machine.
"""

import itertools
import math
import os
import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from asylum_portal.accounts.models import Role
from cases.audit import broken_links
from procedure import machines
from procedure.access import ACTORS
from procedure.actions import apply_transition, close_lapsed_steps, lapse_terms
from procedure.calendars import DayKind, LegalCalendar
from procedure.filings import Kind
from procedure.given import Letter
from procedure.guards import WAITING_TERMS, StateForbids
from procedure.models import Deadline, Procedure, Transition
from procedure.reminders import remind_of_due
from procedure.states import OPEN, OUTCOMES, Outcome, Schedule, State, Track
from procedure.steps import fits, target_of
from tests.cast import Cast, at
from tests.procedure.footprint import footprint
from tests.procedure.model_table import PLACES, SMALL_STATES
from tests.procedure.roads import (
    HANDS,
    PARTNERS,
    ROADS,
    START,
    and_back,
    everywhere,
    given,
    in_order,
    involve_partners,
    people_on_the_road,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow(65)]

REFUSALS = (StateForbids, PermissionDenied, ValidationError)
SETTING_OUT = list(in_order())
# Neighbours stay together, so that the halves have little of their roads in common.
HALVES = {
    "first half": SETTING_OUT[: len(SETTING_OUT) // 2],
    "second half": SETTING_OUT[len(SETTING_OUT) // 2 :],
}
TRIES_IN_ALL = int(os.environ.get("PORTAL_TEST_TRIES", "3000"))
WALKS_A_PLACE = 2
TRIES_A_WALK = math.ceil(TRIES_IN_ALL / (WALKS_A_PLACE * len(SETTING_OUT)))
KINDS = (
    Kind.CORRECTIONS,
    Kind.RESPONSE,
    Kind.RESPONSE,
    Kind.CONFIRMATION,
    Kind.APPLICATION_CORRECTIONS,
    Kind.EVIDENCE,
)
ENDINGS = {"confirm_withdrawal", "close"}


class Walk:
    """One case, its day, and hands that try things with it."""

    def __init__(self, cast: Cast, seed: str) -> None:
        self.cast, self.seed = cast, seed
        self.random = random.Random(seed)
        self.trail: list[str] = []
        self.taken: Counter[str] = Counter()
        self.tries = 0
        self.standing: dict[str, Any] | None = None
        self.traces: tuple[Any, ...] | None = None
        last = cast.procedure.last_event_on()
        assert last is not None
        self.today = last

    def __str__(self) -> str:
        return f"walk {self.seed}: {' > '.join(self.trail)}"

    def go_on(self) -> None:
        """Some days pass; the clock does its work, or is late with it."""
        self.today += timedelta(days=self.random.choice([0, 0, 0, 0, 1, 1, 2, 3, 7, 30]))
        if self.random.random() < 0.05:
            now = at(self.today, 23)
            lapse_terms(now=now)
            closed = close_lapsed_steps(now=now)
            remind_of_due(now=now)
            self.cast.procedure.refresh_from_db()
            self.standing = self.traces = None
            if closed:
                self.trail.append(f"clock {self.today}")

    def try_something(self) -> None:
        self.tries += 1
        if self.random.random() < 0.12:
            kind = self.random.choice(KINDS)
            by = self.random.choice(["lawyer", "lawyer", "lawyer", "applicant", "other_lawyer", "caseworker"])
            complete = self.random.random() < 0.5
            self.attempt(
                f"file {kind}",
                lambda: self.cast.file(kind, self.today, hour=22, by=by, complete=complete),
            )
            return
        name = self.choose()
        role = self.random.choice([*ACTORS[name]] * 10 + [*HANDS])
        if role in PARTNERS:
            involve_partners(self.cast, self.today)
            self.traces = None
        on = self.today + timedelta(days=self.random.choice([0, 0, 0, 0, 0, 0, -1, 1]))
        inputs = self.inputs(name, on)
        self.attempt(
            name,
            lambda: apply_transition(
                self.cast.procedure,
                name,
                actor=self.cast.people[HANDS[role]],
                on=on,
                at=at(self.today, 22),
                **inputs,
            ),
        )

    def choose(self) -> str:
        """Mostly a step that fits, of these mostly one that leads on; else any."""
        if self.random.random() < 0.3:
            return self.random.choice(list(machines.MODEL_OF_STEP))
        subjects = self.subjects()
        fitting = {
            name: subjects[model.machine]
            for name, model in machines.MODEL_OF_STEP.items()
            if model.machine in subjects and fits(subjects[model.machine], name)
        }
        onwards = [
            name
            for name, subject in fitting.items()
            if name not in ENDINGS and target_of(subject, name) not in (None, subject.state)
        ]
        return self.random.choice(onwards if onwards and self.random.random() < 0.7 else [*fitting])

    def subjects(self) -> dict[str, Any]:
        """The machines as they stand, looked up again after each step that was taken."""
        if self.standing is None:
            self.standing = {each.machine: each for each in machines.subjects(self.cast.procedure)}
        return self.standing

    def inputs(self, name: str, on: date) -> dict[str, Any]:
        """What the step needs, and now and then something that it cannot accept."""
        choose, inputs = self.random.choice, given(self.cast, name, on)
        terms = self.cast.procedure.deadlines.running() if name in ("extend_term", "set_letter_date") else ()
        running = list(terms)
        match name:
            case "begin_preparation":
                inputs["schedule"] = choose(["AA6", "AA9"])
            case "complete_preparation" | "announce_other_day_one" | "plan_one_day_test":
                inputs["day_one_on"] = on + timedelta(days=self.random.randrange(-1, 6))
            case "refuse":
                inputs["outcome"] = choose(["UNFOUNDED", "INADMISSIBLE", "MANIFESTLY_UNFOUNDED"])
                inputs["facts"] = {"leave_at_once": choose([False, True])}
            case "grant":
                inputs["outcome"] = choose(["GRANT_A", "GRANT_B2", "GRANT_FAM"])
            case "extend_general_procedure":
                inputs["ground"] = choose("abcdefg")
            case "record_ruling" | "record_higher_ruling":
                inputs["ruling"] = choose(["dismissed", "annulled", "partly"])
            case "record_provisional_ruling":
                inputs["granted"] = choose([False, True])
            case "refer_to_dublin":
                inputs |= {"hit": choose([False, True]), "detained": choose([False, True])}
            case "pause":
                grounds = list(self.cast.procedure.package.law.suspensions)
                length = choose([None, 0, 3, 10])
                ends_on = None if length is None else on + timedelta(days=length)
                inputs |= {"ground": choose(grounds), "starts_on": on, "ends_on": ends_on}
            case "resume":
                pauses = list(self.cast.procedure.suspensions.filter(ends_on__isnull=True))
                inputs |= {"suspension": str(choose(pauses).pk) if pauses else "", "resumes_on": on}
            case "extend_term" if running:
                term = choose(running)
                rules = [
                    extension
                    for extension in self.cast.procedure.package.law.extensions.values()
                    if term.rule_code in extension.rules
                ]
                grounds = [ground for extension in rules for ground in extension.grounds] or [""]
                until = term.effective_due_on + timedelta(days=self.random.randrange(-3, 40))
                inputs |= {"term": str(term.pk), "ground": choose(grounds), "until": until}
            case "set_letter_date" if running:
                term = choose(running)
                due_on = on + timedelta(days=self.random.randrange(-1, 60))
                inputs |= {"term": str(term.pk), "letter": Letter(due_on, "as the letter says")}
        if self.random.random() < 0.15:
            self.spoil(inputs)
        return inputs

    def spoil(self, inputs: dict[str, Any]) -> None:
        """Leave something out, or put something there that is no choice."""
        key = self.random.choice([*inputs])
        match inputs[key]:
            case dict():
                inputs[key] = {}
            case str():
                inputs[key] = self.random.choice(["", "no such thing"])
            case _ if key in ("document", "letter", "appointment", "lawyer"):
                inputs[key] = None

    def attempt(self, name: str, act: Any) -> None:
        """It works, or is refused in order; a refusal leaves nothing behind."""
        # Every trace is looked at in some of the tries, the main ones in all.
        every = footprint() if self.tries % 10 == 0 else None
        before, refusal = self.traces or main_traces(), None
        try:
            act()
        except REFUSALS as refused:
            refusal = refused
        except Exception as error:
            error.add_note(f"{name} on {self.today}. {self}")
            raise
        if refusal is not None:
            self.traces = main_traces()
            half_done = f"{name} was refused ({refusal}) and half done. {self}"
            assert self.traces == before, half_done
            assert every is None or footprint() == every, half_done
            assert getattr(refusal, "error_dict", True) and getattr(refusal, "reasons", True), str(self)
            return
        self.trail.append(f"{name} {self.today}")
        self.standing = self.traces = None
        self.taken[name] += 1
        try:
            check_invariants(self)
        except AssertionError as error:
            error.add_note(str(self))
            raise


def main_traces() -> tuple[Any, ...]:
    """How many rows there are of what a step writes first, and how the procedures stand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM procedure_transition), (SELECT count(*) FROM cases_auditentry),"
            " (SELECT count(*) FROM cases_document), (SELECT count(*) FROM procedure_deadline),"
            " (SELECT string_agg(state || track || schedule, ',' ORDER BY id) FROM procedure_procedure)"
        )
        return cursor.fetchone()


# What holds after each step


def check_invariants(walk: Walk) -> None:
    procedure = Procedure.objects.select_related("case", "package").get(pk=walk.cast.procedure.pk)
    steps = list(procedure.transitions.order_by("id"))
    hanging = ("changes", "filings")
    deadlines = list(procedure.deadlines.order_by("opened_by_id").prefetch_related(*hanging))
    for deadline in deadlines:
        deadline.procedure = procedure
    _places_are_the_models(procedure, steps)
    _history_is_one_chain(steps)
    _days_are_right(walk, procedure, steps)
    _terms_are_right(procedure, deadlines)
    _outcome_is_right(procedure, steps, deadlines)
    _relations_are_right(procedure, steps)


def _places_are_the_models(procedure: Procedure, steps: list[Transition]) -> None:
    assert (procedure.state, procedure.track) in PLACES
    for machine, model in machines.SMALL_MACHINES.items():
        known = {model.State[name].value for name in SMALL_STATES[machine].split()}
        assert {step.to_state for step in steps if step.machine == machine} <= known


def _history_is_one_chain(steps: list[Transition]) -> None:
    """Each machine goes on from where it stood, and each step was taken by somebody of its roles."""
    chains: dict[Any, list[Transition]] = {}
    for step in steps:
        chains.setdefault((step.machine, step.subject_id), []).append(step)
    for (machine, _subject), chain in chains.items():
        assert chain[0].from_state == ("none" if machine == "border" else "")
        for before, after in itertools.pairwise(chain):
            assert after.from_state == before.to_state
    for before, after in itertools.pairwise(steps):
        assert before.on <= after.on
    for step in steps:
        assert step.on <= timezone.localdate(step.at)
        if step.name in ACTORS and step.actor_role != Role.SYSTEM:
            assert step.actor_role in ACTORS[step.name]


def _days_are_right(walk: Walk, procedure: Procedure, steps: list[Transition]) -> None:
    # 1. No start before the end of rest and preparation; 2. each day counts, one after the other.
    days = [day.on for day in procedure.days.all()]
    if not procedure.day_one_on:
        assert not days
        return
    schedule = procedure.package.law.schedule(procedure.schedule)
    assert days == sorted(set(days)) and len(days) == schedule.last_day
    away = not procedure.border and any(step.machine == "border" for step in steps)
    if procedure.is_open and not away and not procedure.suspensions.exists():
        # A pause can move day 1 itself, and days that were begun at the border count otherwise after it.
        calendar = LegalCalendar(procedure.package.law)
        assert days[0] == procedure.day_one_on
        assert not any(calendar.skips(day, DayKind(schedule.calendar)) for day in days)
    planned = [step for step in steps if step.name in ("complete_preparation", "announce_other_day_one")]
    minimum = procedure.latest_deadline("RVT-01")
    if planned and minimum and procedure.track == Track.GENERAL and procedure.schedule != Schedule.REPEAT_SIX:
        excepted = any(step.inputs.get("preparation_exception") for step in planned)
        assert excepted or procedure.day_one_on >= minimum.effective_due_on
    started = [step for step in steps if step.name == "start_general_procedure"]
    if started and procedure.track in (Track.GENERAL, Track.EXTENDED) and not procedure.responsible_on:
        assert started[-1].on == procedure.day_one_on
    test = [step for step in steps if step.name == "hold_one_day_test"]
    assert not test or test[-1].on == procedure.day_one_on or procedure.track != Track.REPEAT


def _terms_are_right(procedure: Procedure, deadlines: list[Deadline]) -> None:
    running = [term.rule_code for term in deadlines if term.state in ("open", "suspended")]
    assert len(running) == len(set(running))
    for term in deadlines:
        # 5 and 14.
        assert term.effective_due_on == (term.letter_due_on or term.computed_due_on)
        assert timezone.localdate(term.due_at) == term.effective_due_on
        assert not term.letter_due_on or term.letter_reason
        assert term.rule_code in term.rule.code and term.package_name and term.source and term.confidence
        assert (term.next_reminder_at is None) or term.state in ("open", "lapsed")
        changes = sorted(term.changes.all(), key=lambda change: change.pk)
        for before, after in itertools.pairwise(changes):
            assert after.from_on == before.to_on, f"the ledger of {term} has a hole"
        if changes:
            assert all(change.reason for change in changes)
            if term.state in ("open", "lapsed"):
                assert changes[-1].to_on == term.effective_due_on, f"the ledger of {term} ends elsewhere"
    if procedure.track == Track.EXTENDED:
        assert not any(code.startswith("AA-") for code in running)
    if procedure.state in OUTCOMES:
        waiting = {"DEC-06M", "DEC-EXT", "AA-EXT", *itertools.chain(*WAITING_TERMS.values())}
        assert not waiting & {term.rule_code for term in procedure.deadlines.running()}
    # 6. What is late is stored, and says so; the first filing decides whether the term was kept.
    for term in deadlines:
        filings = sorted(term.filings.all(), key=lambda filing: (filing.received_at, filing.pk))
        assert not filings or filings[0].due_at is not None
        if filings and not term.letter_due_on and not term.changes.all():
            in_time = any(filing.in_time for filing in filings)
            assert term.state == (Deadline.State.MET if in_time else Deadline.State.LATE)


DECISIVE = (
    "grant",
    "refuse",
    "confirm_withdrawal",
    "decide_not_to_consider",
    "discontinue",
    "refuse_incomplete",
)


def _outcome_is_right(procedure: Procedure, steps: list[Transition], deadlines: list[Deadline]) -> None:
    assert bool(procedure.outcome) == (procedure.state not in OPEN)
    if not procedure.outcome:
        return
    decisive = [step for step in steps if step.name in DECISIVE][-1]
    assert procedure.decided_on == decisive.on
    # 3 of C0: every outcome is a person's act.
    assert decisive.actor_role != Role.SYSTEM
    if decisive.name in ("refuse", "decide_not_to_consider"):
        # 3. An intended decision first, then a response or the end of its time.
        sent = max(step.id for step in steps if step.to_state == State.INTENDED_DECISION)
        codes = WAITING_TERMS[State.INTENDED_DECISION]
        views = [term for term in deadlines if term.rule_code in codes and term.opened_by_id <= decisive.id]
        view = max(views, key=lambda term: term.opened_by_id)
        assert sent <= decisive.id
        assert view.filings.exists() or view.effective_due_on < decisive.on
    if decisive.name == "refuse" and procedure.decided_in_track in (Track.GENERAL, Track.REPEAT):
        # 4. Not after the last of the days, unless these were lengthened.
        last = [day.on for day in procedure.days.all()][-1:]
        last += [
            term.effective_due_on for term in deadlines if term.rule_code in ("AA-EXT", "AA-DEC", "HAS-04")
        ]
        assert decisive.on <= max(last)
    if procedure.outcome == Outcome.WITHDRAWN:
        # 8. Her own statement, not taken back.
        asked = [step for step in steps if step.name in ("request_withdrawal", "retract_withdrawal")]
        assert asked[-1].name == "request_withdrawal"
        assert asked[-1].actor_role in (Role.APPLICANT, Role.GUARDIAN, Role.LAWYER)
        assert procedure.case.documents.of_type("DOC-WDR").exists()


def _relations_are_right(procedure: Procedure, steps: list[Transition]) -> None:
    for step in steps:
        if step.name in ("hand_out_permit", "hand_out_at_once"):
            # 11. The W-document came back, or it is written down why not.
            assert step.inputs.get("w_document_returned") or step.reason
        if not procedure.case.unaccompanied_minor:
            continue
        # 7. A child alone is heard with her guardian, who alone can withdraw for her; never at the border.
        assert step.name != "impose_border_measure"
        if step.name == "refer_to_accelerated":
            assert step.actor_role == Role.SUPERVISOR
        if step.name in ("start_application_interview", "start_general_procedure"):
            assert procedure.case.current_guardian(on=step.on)
        if step.name == "request_withdrawal":
            assert step.actor_role == Role.GUARDIAN
    # 9. One lawyer at a time from the day after a change.
    last = steps[-1].on + timedelta(days=1)
    assert procedure.case.mandates.current(on=last).count() <= 1


@pytest.mark.parametrize("half", HALVES)
def test_whatever_people_try_the_invariants_hold(half: str) -> None:
    cast, taken, tries = people_on_the_road(), Counter[str](), 0

    def visit(place: str) -> None:
        nonlocal tries
        for number in range(WALKS_A_PLACE):
            with and_back(cast):
                walk = Walk(cast, f"{place} {number}")
                if place == START and number % 2:
                    cast.case.unaccompanied_minor = True
                    cast.case.save()
                for _ in range(TRIES_A_WALK):
                    walk.go_on()
                    walk.try_something()
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
                assert not list(broken_links()), str(walk)
                taken.update(walk.taken)
                tries += walk.tries

    everywhere(cast, visit, among=HALVES[half])
    print(f"{tries} tries from {len(HALVES[half])} places: {taken.total()} steps taken, {len(taken)} kinds")
    assert tries == len(HALVES[half]) * WALKS_A_PLACE * TRIES_A_WALK
    assert taken.total() >= tries // 10, f"of {tries} tries only {taken.total()} were possible"
    assert len(taken) > 50, f"only {sorted(taken)}"


def test_the_halves_are_all_places_and_all_tries() -> None:
    places = [place for half in HALVES.values() for place in half]
    assert sorted(places) == sorted([START, *ROADS])
    assert len(places) * WALKS_A_PLACE * TRIES_A_WALK >= TRIES_IN_ALL
