"""Random walks through the procedure: right and wrong steps in any order, and what holds after each (C12)."""

import itertools
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from asylum_portal.accounts.models import Role
from asylum_portal.notices.models import Notice
from cases import actions as case_actions
from cases.audit import broken_links
from cases.models import AuditEntry, Document
from procedure.access import ACTORS
from procedure.actions import Letter, close_lapsed_steps, lapse_terms, unmet_reasons
from procedure.calendars import DayKind, LegalCalendar
from procedure.filings import Kind
from procedure.guards import WAITING_TERMS, StateForbids
from procedure.models import Deadline, Filing, Procedure, Transition
from procedure.reminders import remind_of_due
from procedure.states import OPEN, OUTCOMES, Outcome, Schedule, State, Track
from tests.cast import MAIN_ROAD, Cast, at, make_cast, take_road

pytestmark = pytest.mark.django_db

REFUSALS = (StateForbids, PermissionDenied, ValidationError)
FIRST_DAY = date(2026, 3, 17)
PEOPLE = [
    "caseworker",
    "supervisor",
    "planner",
    "lawyer",
    "applicant",
    "guardian",
    "other_lawyer",
    "reception",
]


def traces() -> tuple:
    """Everything that an attempt could leave behind."""
    rows = [model.objects.count() for model in (Transition, Deadline, Filing, Document, Notice, AuditEntry)]
    files = sum(1 for path in Path(settings.MEDIA_ROOT).rglob("*.sealed"))
    return (*rows, files, tuple(Procedure.objects.order_by("pk").values_list("state", "track", "schedule")))


class Walk:
    """One case, its day, and hands that try things with it."""

    def __init__(self, cast: Cast, data: st.DataObject, today: date) -> None:
        self.cast, self.data, self.today = cast, data, today
        self.frozen_days: list[date] | None = None

    def draw(self, strategy: st.SearchStrategy):
        return self.data.draw(strategy)

    def go_on(self) -> None:
        """Some days pass; the clock does its work, or is late with it."""
        self.today += timedelta(days=self.draw(st.sampled_from([0, 0, 0, 1, 1, 2, 3, 7, 30])))
        if self.draw(st.booleans()):
            self.sweep()

    def sweep(self) -> None:
        now = at(self.today, 23)
        lapse_terms(now=now)
        close_lapsed_steps(now=now)
        remind_of_due(now=now)
        self.cast.procedure.refresh_from_db()

    def try_step(self) -> None:
        procedure = self.cast.procedure
        possible = [name for name in ACTORS if not unmet_reasons(procedure, name, on=self.today)]
        # Mostly onwards; withdrawing is possible everywhere and would end most walks early.
        onwards = [name for name in possible if _moves(procedure, name) and name != "confirm_withdrawal"]
        every = list(ACTORS)
        name = self.draw(st.sampled_from([*(onwards or every), *(onwards or every), *possible, every[0]]))
        if name == every[0]:
            name = self.draw(st.sampled_from(every))
        inputs, on = self.inputs(name)
        self.attempt(lambda: self.cast.take(name, on, hour=22, **inputs))

    def inputs(self, name: str) -> tuple[dict, date]:
        draw = self.draw
        on = self.today + timedelta(days=draw(st.sampled_from([0, 0, 0, 0, 0, -1, -3, 1])))
        usual = "caseworker" if Role.CASEWORKER in ACTORS[name] else "applicant"
        inputs: dict = {"by": draw(st.sampled_from([usual] * 5 + PEOPLE)), "at": at(self.today, 22)}
        wrong = draw(st.sampled_from([False, False, False, False, True]))
        match name:
            case "begin_preparation":
                inputs["schedule"] = draw(
                    st.sampled_from([*Schedule.values, "AA7"] if wrong else Schedule.values)
                )
            case "complete_preparation":
                inputs["day_one_on"] = on + timedelta(days=draw(st.integers(-2, 9)))
            case "grant":
                inputs["outcome"] = "UNFOUNDED" if wrong else draw(st.sampled_from(["GRANT_A", "GRANT_FAM"]))
            case "refuse":
                inputs["outcome"] = draw(
                    st.sampled_from(["UNFOUNDED", "INADMISSIBLE", "GRANT_A" if wrong else ""])
                )
                inputs["facts"] = {"leave_at_once": draw(st.booleans())}
            case "extend_general_procedure":
                inputs["ground"] = draw(st.sampled_from("abcdefgh"))
            case "extend_decision_period":
                inputs["ground"] = "42(6)" if wrong else draw(st.sampled_from(["42(4)(a)", "42(5)"]))
            case "assign_lawyer" | "change_lawyer":
                people = ["other_lawyer", "lawyer", "reception"] if wrong else ["other_lawyer", "lawyer"]
                inputs["lawyer"] = self.cast.people[draw(st.sampled_from(people))]
            case "close_interview" | "issue_intended_decision" | "request_withdrawal" if wrong:
                inputs["document"] = None
            case "lodge_application" | "confirm_withdrawal" if wrong:
                inputs["facts"] = {}
        letters = ("issue_intended_decision", "extend_response_term", "extend_decision_period", "refuse")
        if name in letters and draw(st.booleans()):
            reason = "" if wrong else "as the letter says"
            inputs["letter"] = Letter(on + timedelta(days=draw(st.integers(-2, 700))), reason)
        return inputs, on

    def try_filing(self) -> None:
        kinds = [
            Kind.CORRECTIONS,
            Kind.RESPONSE,
            Kind.CONFIRMATION,
            Kind.APPLICATION_CORRECTIONS,
            Kind.APPEAL,
        ]
        kind = self.draw(st.sampled_from(kinds))
        by = self.draw(st.sampled_from(["lawyer"] * 4 + ["applicant", "other_lawyer", "caseworker"]))
        complete = self.draw(st.booleans())
        self.attempt(lambda: self.cast.file(kind, self.today, hour=22, by=by, complete=complete))

    def attempt(self, act) -> None:
        """It works, or is refused in order; a refusal leaves nothing behind."""
        before, refusal = traces(), None
        try:
            act()
        except REFUSALS as refused:
            refusal = refused
        if refusal is not None:
            assert traces() == before, f"half done: {refusal}"
        if isinstance(refusal, ValidationError):
            assert refusal.error_dict
        if isinstance(refusal, StateForbids):
            assert refusal.reasons
        self.cast.procedure.refresh_from_db()


def check_invariants(walk: Walk) -> None:
    procedure = Procedure.objects.select_related("case", "package").get(pk=walk.cast.procedure.pk)
    steps = list(procedure.transitions.order_by("id"))
    deadlines = list(procedure.deadlines.order_by("opened_by_id"))
    _history_is_one_chain(procedure, steps)
    _days_are_right(walk, procedure, steps)
    _terms_are_right(procedure, deadlines)
    _filings_are_right(procedure)
    _outcome_is_right(procedure, steps, deadlines)
    _relations_are_right(procedure, steps)


def _history_is_one_chain(procedure: Procedure, steps: list[Transition]) -> None:
    assert steps[0].from_state == "" and steps[-1].to_state == procedure.state
    for before, after in itertools.pairwise(steps):
        assert after.from_state == before.to_state
        assert before.on <= after.on
    for step in steps:
        assert step.on <= timezone.localdate(step.at)
        if step.name != "express_wish":
            assert step.actor_role in ACTORS[step.name]


def _days_are_right(walk: Walk, procedure: Procedure, steps: list[Transition]) -> None:
    # 1. No start before the end of rest and preparation; 2. each day counts, one after the other.
    started = [step for step in steps if step.name == "start_general_procedure"]
    minimum = procedure.latest_deadline("RVT-01")
    if procedure.day_one_on:
        assert minimum and procedure.day_one_on >= minimum.effective_due_on
        days = [day.on for day in procedure.days.all()]
        assert days[0] == procedure.day_one_on and days == sorted(set(days))
        assert len(days) == (9 if procedure.schedule == Schedule.NINE_DAYS else 6)
        calendar = LegalCalendar(procedure.package.law)
        assert not any(calendar.skips(day, DayKind.AA_DAY) for day in days)
        if started:
            assert started[0].on == procedure.day_one_on
            assert walk.frozen_days in (None, days)
            walk.frozen_days = days
    assert bool(started) <= bool(procedure.day_one_on)


def _terms_are_right(procedure: Procedure, deadlines: list[Deadline]) -> None:
    running = [term.rule_code for term in deadlines if term.state == Deadline.State.OPEN]
    assert len(running) == len(set(running))
    for term in deadlines:
        # 5 and 14.
        assert term.effective_due_on == (term.letter_due_on or term.computed_due_on)
        assert timezone.localdate(term.due_at) == term.effective_due_on
        if term.letter_due_on:
            assert term.letter_reason
        assert term.rule_code in procedure.package.law.rules and term.package_name == procedure.package_id
        assert term.source and term.confidence and term.derivation["rule"] == term.rule_code
        assert (term.next_reminder_at is None) or term.state in ("open", "lapsed")
    if procedure.track == Track.EXTENDED:
        assert not any(code.startswith("AA-") for code in running)
    if procedure.state in OUTCOMES:
        waiting = {"DEC-06M", "DEC-EXT", "AA-EXT", *itertools.chain(*WAITING_TERMS.values())}
        assert not waiting & {term.rule_code for term in procedure.deadlines.running()}


def _filings_are_right(procedure: Procedure) -> None:
    # 6. What is late is stored, and says so; the first filing decides whether the term was kept.
    for term in procedure.deadlines.filter(filings__isnull=False).distinct():
        first = term.filings.order_by("received_at", "pk").first()
        assert first is not None and first.due_at is not None
        if not term.letter_due_on:
            in_time = any(filing.in_time for filing in term.filings.all())
            assert term.state == (Deadline.State.MET if in_time else Deadline.State.LATE)


def _outcome_is_right(procedure: Procedure, steps: list[Transition], deadlines: list[Deadline]) -> None:
    assert bool(procedure.outcome) == (procedure.state not in OPEN)
    if not procedure.outcome:
        return
    decisive = next(step for step in steps if step.name in ("grant", "refuse", "confirm_withdrawal"))
    assert procedure.decided_on == decisive.on
    if decisive.name == "refuse":
        # 3. An intended decision first, then a response or the end of its time.
        sent = max(step.id for step in steps if step.to_state == State.INTENDED_DECISION)
        views = [term for term in deadlines if term.rule_code in ("AA-VIEW", "VA-VIEW")]
        view = max((term for term in views if term.opened_by_id <= decisive.id), key=lambda t: t.opened_by_id)
        assert sent <= decisive.id
        assert view.filings.exists() or view.effective_due_on < decisive.on
        # 4. In the general procedure not after its last day.
        if procedure.decided_in_track == Track.GENERAL:
            extended = [term for term in deadlines if term.rule_code == "AA-EXT"]
            last = extended[-1].effective_due_on if extended else max(day.on for day in procedure.days.all())
            assert decisive.on <= last
    if procedure.outcome == Outcome.WITHDRAWN:
        # 8. Her own statement, not taken back.
        asked = [step for step in steps if step.name in ("request_withdrawal", "retract_withdrawal")]
        assert asked[-1].name == "request_withdrawal"
        assert asked[-1].actor_role in (Role.APPLICANT, Role.GUARDIAN, Role.LAWYER)
        assert procedure.case.documents.of_type("DOC-WDR").exists()


def _relations_are_right(procedure: Procedure, steps: list[Transition]) -> None:
    # 7. A child on her own is heard with her guardian, who alone can withdraw for her.
    if procedure.case.unaccompanied_minor:
        for step in steps:
            if step.name in ("start_application_interview", "start_general_procedure"):
                assert procedure.case.current_guardian(on=step.on)
            if step.name == "request_withdrawal":
                assert step.actor_role == Role.GUARDIAN
    # 9. One lawyer at a time from the day after a change.
    last = steps[-1].on + timedelta(days=1)
    assert procedure.case.mandates.current(on=last).count() <= 1


def _moves(procedure: Procedure, name: str) -> bool:
    return getattr(Procedure, name)._django_fsm.next_state(procedure.state) is not None


def set_out(cast: Cast, data: st.DataObject, *, today: date) -> Walk:
    """Walks from the beginning may be those of a child on her own, with a guardian or without one yet."""
    # What the walk before has left in memory is gone from the database.
    cast.procedure.refresh_from_db()
    cast.case.refresh_from_db()
    walk = Walk(cast, data, today)
    if cast.procedure.state == State.WISH_EXPRESSED and data.draw(st.booleans()):
        cast.case.unaccompanied_minor = True
        cast.case.save()
        if data.draw(st.booleans()):
            case_actions.appoint_guardian(
                cast.case,
                guardian=cast.people["guardian"],
                starts_on=today,
                ends_on=None,
                actor=cast.people["supervisor"],
                at=at(today),
            )
    return walk


@given(data=st.data())
@effort(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def walk_at_random(cast: Cast, today: date, data: st.DataObject) -> None:
    """Eight tries from here, then back to here."""
    with transaction.atomic():
        walk = set_out(cast, data, today=today)
        for _ in range(8):
            walk.go_on()
            if data.draw(st.sampled_from([True, False, False])):
                walk.try_filing()
            else:
                walk.try_step()
            check_invariants(walk)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        assert not list(broken_links())
        transaction.set_rollback(True)


STOPS = (
    "begin_preparation",
    "complete_preparation",
    "start_general_procedure",
    "close_interview",
    "close_corrections",
    "issue_intended_decision",
    "close_response",
    "refuse",
)


def test_whatever_people_try_the_invariants_hold() -> None:
    cast = make_cast(on=FIRST_DAY)
    walk_at_random(cast, FIRST_DAY)
    for name, on in MAIN_ROAD:
        cast.procedure.refresh_from_db()
        take_road(cast, [(name, on)])
        if name in STOPS:
            walk_at_random(cast, on)
