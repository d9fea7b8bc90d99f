"""Time limits of a procedure: opened, settled and ended by its steps, as the pinned package says."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from asylum_portal.notices.actions import suppress
from procedure import terms
from procedure.calendars import DayKind, LegalCalendar
from procedure.models import Deadline, Filing, Procedure, ProcedureDay, Transition
from procedure.reminders import schedule_reminder
from procedure.rules import EXTENDED_SCHEDULE, Mode, Rule, StartFact
from procedure.states import Outcome

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
# The step that gives a letter with a date of its own, and the terms which that date may set.
LETTER_TERMS = {
    "extend_decision_period": ("DEC-EXT",),
    "extend_response_term": ("AA-VIEW", "VA-VIEW", "VW-DET"),
    "issue_intended_decision": ("AA-VIEW", "VA-VIEW", "VW-DET"),
    "reconsider": ("AA-VIEW", "VA-VIEW", "VW-DET"),
    "close_extended_interview": ("VA-COR",),
    "refuse": ("APP-1W", "APP-4W"),
}
# The terms to leave, and the outcomes after which an appeal in time suspends them (Vw 82, model C5.4).
DEPARTURE = ("RET-01", "RET-03")
SUSPENSIVE = (Outcome.UNFOUNDED,)


def end_of(day: date) -> datetime:
    """The last second of a day in Amsterdam."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=AMSTERDAM)


def settle(procedure: Procedure, transition: Transition) -> list[Deadline]:
    """Mark the terms that this step meets, or that no longer matter after it."""
    settled = []
    for deadline in terms_ended_by(procedure, transition.name):
        state = fate(deadline, transition.name, on=transition.on)
        _end(deadline, state=state, at=transition.at)
        settled.append(deadline)
    if not procedure.is_open:
        # What would still have been said about terms that nobody kept.
        stale = procedure.deadlines.filter(settled_at__isnull=False, next_reminder_at__isnull=False)
        stale.update(next_reminder_at=None)
    return settled


def terms_ended_by(procedure: Procedure, name: str) -> QuerySet[Deadline]:
    """The running terms that a step of this name meets or makes pointless."""
    law = procedure.package.law
    codes = {rule.code for rule in (*law.met_by(name), *law.cancelled_by(name))}
    return procedure.deadlines.running().filter(rule_code__in=codes)


def fate(deadline: Deadline, name: str, *, on: date) -> Deadline.State:
    """What a step makes of a running term that it ends."""
    rule = deadline.rule
    lapsed = deadline.state == Deadline.State.LAPSED
    # The same whether or not a sweep has come by in the meantime.
    over = lapsed or on > deadline.effective_due_on
    if name not in rule.met_by:
        return Deadline.State.LAPSED if over and not rule.soft else Deadline.State.CANCELLED
    if rule.mode == Mode.CALENDAR_MIN:
        # A minimum is the first day on which the next step is possible: nobody is late after it.
        return Deadline.State.MET
    if rule.met_by_documents and not deadline.filings.exists():
        # Closed without what was owed: the term has run out or was given up, it was not met.
        return Deadline.State.LAPSED if over else Deadline.State.CANCELLED
    return Deadline.State.LATE if over else Deadline.State.MET


def settle_by_filing(filing: Filing) -> None:
    """A filing meets the term it was owed for, late or in time; a second one changes nothing."""
    deadline = filing.deadline
    if deadline is None or deadline.state not in (Deadline.State.OPEN, Deadline.State.LAPSED):
        return
    _end(deadline, state=Deadline.State.MET if filing.in_time else Deadline.State.LATE, at=filing.received_at)
    if filing.kind == Filing.Kind.APPEAL and filing.in_time and filing.procedure.outcome in SUSPENSIVE:
        departure = filing.procedure.deadlines.running().filter(rule_code__in=DEPARTURE)
        for term in departure:
            _end(term, state=Deadline.State.CANCELLED, at=filing.received_at)


def lapse(deadline: Deadline) -> None:
    """The last moment has passed; the term can still be met late."""
    # Not settled: it stays on the work list until a step meets it or makes it pointless.
    deadline.state = Deadline.State.LAPSED
    deadline.save(update_fields=["state"])


def _end(deadline: Deadline, *, state: str, at: datetime) -> None:
    deadline.state = state
    deadline.settled_at = at
    if state != Deadline.State.LAPSED or not deadline.rule.met_by_documents:
        # Who let a term pass still hears of it, and that a late document is read.
        deadline.next_reminder_at = None
    deadline.save(update_fields=["state", "settled_at", "next_reminder_at"])
    if state != Deadline.State.LAPSED:
        suppress(about=f"deadline:{deadline.pk}", reason=f"the term is {state}", now=at)


def open_for(
    procedure: Procedure,
    transition: Transition,
    *,
    letter_due_on: date | None = None,
    letter_reason: str = "",
    ground: str = "",
    zero_departure_term: bool = False,
) -> list[Deadline]:
    """Open the terms which this step starts; a letter's date goes before the computed one."""
    opened = []
    for rule in rules_opened_by(procedure, transition.name):
        if rule.code in DEPARTURE and zero_departure_term:
            continue
        letter = letter_due_on if rule.code in LETTER_TERMS.get(transition.name, ()) else None
        opened.append(
            open_term(
                procedure,
                rule,
                transition,
                ground=ground if rule.grounds else "",
                letter_due_on=letter,
                letter_reason=letter_reason if letter else "",
            )
        )
    return opened


def _filed_already(procedure: Procedure, rule: Rule) -> bool:
    """A planning norm is not opened for what is on file: corrections may come before day 1 is planned."""
    return procedure.filings.filter(document__code__in=rule.met_by_documents).exists()


def rules_opened_by(procedure: Procedure, name: str) -> tuple[Rule, ...]:
    """The rules that start with a step of this name, in this track and with this outcome."""
    rules = procedure.package.law.opened_by(
        name,
        track=procedure.decided_in_track or procedure.track,
        outcome=procedure.outcome or None,
        schedule=EXTENDED_SCHEDULE if procedure.latest_deadline("AA-EXT") else procedure.schedule,
    )
    return tuple(rule for rule in rules if not (rule.soft and _filed_already(procedure, rule)))


def open_term(
    procedure: Procedure,
    rule: Rule,
    transition: Transition,
    *,
    ground: str = "",
    letter_due_on: date | None = None,
    letter_reason: str = "",
) -> Deadline:
    """Compute one term and write its row; a running one of the same rule gives way to it."""
    start = start_of(procedure, rule, transition.on)
    term = compute(procedure, rule, start, ground=ground)
    for former in procedure.deadlines.running().filter(rule_code=rule.code):
        lapsed = former.state == Deadline.State.LAPSED
        _end(former, state=former.state if lapsed else Deadline.State.CANCELLED, at=transition.at)
    if letter_due_on == term.due_on:
        letter_due_on, letter_reason = None, ""
    deadline = Deadline(
        procedure=procedure,
        rule_code=rule.code,
        package_name=procedure.package_id,
        opened_by=transition,
        opened_at=transition.at,
        started_on=start,
        computed_due_on=term.due_on,
        letter_due_on=letter_due_on,
        letter_reason=letter_reason,
        effective_due_on=letter_due_on or term.due_on,
        due_at=end_of(letter_due_on) if letter_due_on else term.due_at,
        derivation=term.as_json(),
        owed_by=list(rule.owes),
        soft=rule.soft,
        source=term.source,
        confidence=term.confidence,
        reminder_profile=rule.reminder_profile,
    )
    schedule_reminder(deadline, after=transition.at)
    deadline.save()
    return deadline


def compute(procedure: Procedure, rule: Rule, start: date, *, ground: str = "") -> terms.Term:
    """The end of a term of this procedure that counts from `start`; raises CannotCompute."""
    extended = rule.code != "AA-EXT" and procedure.latest_deadline("AA-EXT") is not None
    return terms.compute(
        rule,
        start,
        package=procedure.package.law,
        schedule=EXTENDED_SCHEDULE if extended else procedure.schedule,
        day_one=procedure.day_one_on,
        ground=ground or None,
    )


def start_of(procedure: Procedure, rule: Rule, event_on: date) -> date:
    """The day from which this rule counts in this procedure."""
    match rule.start_fact:
        case StartFact.LODGED_ON:
            return procedure.lodged_on or event_on
        case StartFact.APPLICATION_PHASE_ENDED_ON:
            return procedure.application_phase_ended_on or event_on
        case StartFact.DAY_ONE_ON:
            return procedure.day_one_on or event_on
        case StartFact.DUE_OF_RULE:
            # Also one that this very step has just cancelled, as DEC-06M when its period is extended.
            other = procedure.deadlines.filter(rule_code=rule.due_of).order_by("opened_by_id").last()
            return other.effective_due_on if other else event_on
        case _:
            return event_on


def set_letter_date(deadline: Deadline, *, due_on: date, reason: str, at: datetime) -> None:
    """The date in the official letter takes the place of the computed one."""
    deadline.letter_due_on = due_on
    deadline.letter_reason = reason
    deadline.effective_due_on = due_on
    deadline.due_at = end_of(due_on)
    if deadline.state == Deadline.State.LAPSED and deadline.due_at >= at:
        deadline.state, deadline.settled_at = Deadline.State.OPEN, None
    schedule_reminder(deadline, after=at)
    deadline.save()
    suppress(about=f"deadline:{deadline.pk}", reason="the term has another last day", now=at)


def earliest_day_one(procedure: Procedure) -> date | None:
    """The first day on which the general procedure may start: the end of rest and preparation (RVT-01)."""
    deadline = procedure.latest_deadline("RVT-01")
    return deadline.effective_due_on if deadline else None


def plan_days(procedure: Procedure) -> list[ProcedureDay]:
    """Write the dated days of the procedure's schedule from its day 1; raises NotAProcedureDay."""
    law = procedure.package.law
    schedule = law.schedule(procedure.schedule)
    calendar = LegalCalendar(law)
    assert procedure.day_one_on is not None, "the days are planned from day 1"
    calendar.require(procedure.day_one_on, DayKind(schedule.calendar))
    plan = calendar.days(procedure.day_one_on, schedule.last_day, DayKind(schedule.calendar))
    procedure.days.all().delete()
    rows = []
    before = None
    for planned, entry in zip(plan.days, schedule, strict=True):
        rows.append(
            ProcedureDay(
                procedure=procedure,
                number=planned.number,
                on=planned.on,
                step=entry.step,
                closes=list(entry.closes),
                skipped_before=[
                    {"date": skipped.on.isoformat(), "name": skipped.name}
                    for skipped in plan.skipped
                    if (before is None or skipped.on > before) and skipped.on < planned.on
                ],
            )
        )
        before = planned.on
    return ProcedureDay.objects.bulk_create(rows)
