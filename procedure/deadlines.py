"""Time limits of a procedure: opened, settled and ended by its steps, as the pinned package says."""

from collections.abc import Collection
from datetime import date, datetime, time

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from asylum_portal.accounts.models import OWN_SIDE
from asylum_portal.notices.actions import suppress
from procedure import pauses, recompute, terms
from procedure.calendars import DayKind, LegalCalendar
from procedure.circumstances import circumstances as circumstances_of
from procedure.circumstances import start_facts, time_to_leave
from procedure.days import plan as plan_days
from procedure.ledger import DONE, Because, Cause, end_of, enter, move, take_over
from procedure.legal_time import AMSTERDAM
from procedure.models import Deadline, Filing, Procedure, Transition
from procedure.more_time import check_extension, check_letter, extend_term, set_letter_date
from procedure.reminders import schedule_reminder
from procedure.rules import EXTENDED_SCHEDULE, Mode, Rule, RulePackage, StartFact

__all__ = [
    "check_extension",
    "check_letter",
    "compute",
    "earliest_day_one",
    "end",
    "end_of",
    "extend_term",
    "fate",
    "lapse",
    "letter_needed",
    "letter_terms",
    "move",
    "open_for",
    "open_term",
    "plan_days",
    "rules_opened_by",
    "set_letter_date",
    "settle",
    "settle_by_filing",
    "start_of",
    "terms_ended_by",
]

# Whose last day the letter of the step names: a longer period to decide, the term of the court, the week to
# complete an application, the time to explain. Beside these it dates what the own side owes in writing.
_DATED_BY_NOTICE = frozenset({"DEC-EXT", "DEC-NEW", "HAS-01", "NOS-01"})
# The decision may name days to leave in: they have a field of their own, the letter's day is the appeal's.
DATED_APART = "RET-01"


# What ends a term


def settle(procedure: Procedure, transition: Transition, *, moment: datetime | None = None) -> list[Deadline]:
    """Mark the terms that this step meets, or that no longer matter after it.

    `moment` is when it happened, for terms that run to the minute.
    """
    settled = []
    for deadline in terms_ended_by(procedure, transition.name):
        state = fate(deadline, transition.name, on=transition.on, moment=moment)
        _end(deadline, state=state, because=Because.of(transition, Cause.RESUMED))
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


def fate(deadline: Deadline, name: str, *, on: date, moment: datetime | None = None) -> Deadline.State:
    """What a step makes of a running term that it ends."""
    rule = deadline.rule
    lapsed = deadline.state == Deadline.State.LAPSED
    # The same whether or not a sweep has come by in the meantime.
    over = lapsed or deadline.is_over(on=on)
    if moment is not None and rule.mode == Mode.HOURS_OR_LIBERTY:
        # To the minute, also where a sweep came by before it was written down.
        over = moment > deadline.due_at
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
    if deadline is None or deadline.state in DONE:
        return
    state = Deadline.State.MET if filing.in_time else Deadline.State.LATE
    because = Because(Cause.RESUMED, by=filing.filed_by, at=filing.received_at)
    _end(deadline, state=state, because=because)


def lapse(deadline: Deadline) -> None:
    """The last moment has passed; the term can still be met late."""
    # Not settled: it stays on the work list until a step meets it or makes it pointless.
    deadline.state = Deadline.State.LAPSED
    deadline.save(update_fields=["state"])


def end(deadline: Deadline, transition: Transition) -> None:
    """End a running term that nobody needs to keep any more; one that lapsed stays so."""
    lapsed = deadline.state == Deadline.State.LAPSED
    state = deadline.state if lapsed else Deadline.State.CANCELLED
    _end(deadline, state=state, because=Because.of(transition, Cause.RESUMED))


def _end(deadline: Deadline, *, state: str, because: Because) -> None:
    stood_still = deadline.state == Deadline.State.SUSPENDED
    deadline.state = state
    deadline.still_since = None
    deadline.settled_at = because.at
    if state != Deadline.State.LAPSED or not deadline.rule.met_by_documents:
        # Who let a term pass still hears of it, and that a late document is read.
        deadline.next_reminder_at = None
    deadline.save(update_fields=["state", "still_since", "settled_at", "next_reminder_at"])
    if stood_still and state != Deadline.State.CANCELLED:
        # What was done shows its last day again; of what nobody needs to do any more none is asked.
        enter(deadline, because, from_on=None)
    if state != Deadline.State.LAPSED:
        suppress(about=f"deadline:{deadline.pk}", reason=f"the term is {state}", now=because.at)


# What opens one


def open_for(
    procedure: Procedure,
    transition: Transition,
    *,
    letter_due_on: date | None = None,
    letter_reason: str = "",
    leave_until_on: date | None = None,
    ground: str = "",
    circumstances: Collection[str] | None = None,
    start_at: datetime | None = None,
) -> list[Deadline]:
    """Open the terms which this step starts; a letter's date goes before the computed one.

    `leave_until_on` is the last day to leave when the decision itself names one; `start_at` is the moment of
    the event, for terms that run to the minute. Raises CannotCompute, which for a term that only the letter
    can date is LetterDecides; ValidationError for a date of a letter that is no term's.
    """
    holding = _holding(procedure, transition.name, circumstances)
    dated = letter_terms(procedure.package.law, transition.name)
    opened = []
    for rule in rules_opened_by(procedure, transition.name, holding):
        letter = letter_due_on if rule.code in dated else None
        if rule.code == DATED_APART:
            letter = leave_until_on or _leave_again_until(procedure, rule, transition)
        opened.append(
            open_term(
                procedure,
                rule,
                transition,
                ground=ground if ground in rule.grounds else "",
                circumstances=holding,
                start_at=start_at,
                letter_due_on=letter,
                letter_reason=letter_reason if letter else "",
            )
        )
    if letter_due_on is not None and not any(term.rule_code in dated for term in opened):
        raise ValidationError({"letter_due_on": _("No time that begins here is dated by a letter.")})
    return opened


def _leave_again_until(procedure: Procedure, rule: Rule, transition: Transition) -> date | None:
    """After the court the days that the decision named begin again, and end on no closed day either."""
    given = time_to_leave(procedure) if transition.name == "resume_departure_term" else None
    if given is None:
        return None
    last = start_of(procedure, rule, transition.on, name=transition.name) + given
    return LegalCalendar(procedure.package.law).first_counted(last, DayKind.WORKING_DAY)[0]


def rules_opened_by(
    procedure: Procedure, name: str, circumstances: Collection[str] | None = None
) -> tuple[Rule, ...]:
    """The rules that start with this step, in this track, with this outcome, in these circumstances."""
    rules = procedure.package.law.opened_by(
        name,
        track=procedure.decided_in_track or procedure.track,
        outcome=procedure.outcome or None,
        schedule=EXTENDED_SCHEDULE if procedure.extension_of_days() else procedure.schedule,
        circumstances=_holding(procedure, name, circumstances),
    )
    return tuple(rule for rule in rules if not (rule.soft and _filed_already(procedure, rule)))


def _holding(procedure: Procedure, name: str, circumstances: Collection[str] | None) -> frozenset[str]:
    return circumstances_of(procedure, name) if circumstances is None else frozenset(circumstances)


def _filed_already(procedure: Procedure, rule: Rule) -> bool:
    """A planning norm is not opened for what is on file: corrections may come before day 1 is planned."""
    return procedure.filings.filter(document__code__in=rule.met_by_documents).exists()


def letter_terms(law: RulePackage, name: str) -> tuple[str, ...]:
    """The terms that this step's letter may date: what the applicant's side owes, and letter-only ones."""
    return tuple(
        rule.code
        for rule in law.rules.values()
        if name in rule.starts
        and (
            rule.code in _DATED_BY_NOTICE
            or (rule.met_by_documents and OWN_SIDE & set(rule.owes))
            or rule.takes_letter(law.values, circumstances=rule.letter_when)
        )
        and rule.code != DATED_APART
    )


def letter_needed(
    procedure: Procedure, name: str, circumstances: Collection[str] | None = None
) -> tuple[Rule, ...]:
    """The rules that this step opens and for which nobody but its letter can give the last day."""
    holding = _holding(procedure, name, circumstances)
    values = procedure.package.law.values
    return tuple(
        rule
        for rule in rules_opened_by(procedure, name, holding)
        if rule.takes_letter(values, circumstances=holding) and rule.code != DATED_APART
    )


def open_term(
    procedure: Procedure,
    rule: Rule,
    transition: Transition,
    *,
    ground: str = "",
    circumstances: Collection[str] = frozenset(),
    start: date | datetime | None = None,
    start_at: datetime | None = None,
    letter_due_on: date | None = None,
    letter_reason: str = "",
) -> Deadline:
    """Compute one term and write its row; a running one of the same rule gives way to it.

    It counts from what its rule says, or from `start` where that is known already.
    """
    if start is None and rule.mode == Mode.HOURS_OR_LIBERTY:
        start = _moment_of(transition, start_at)
    elif start is None:
        start = start_of(procedure, rule, transition.on, name=transition.name)
    for former in procedure.deadlines.running().filter(rule_code=rule.code):
        end(former, transition)
    deadline = Deadline(
        procedure=procedure,
        rule_code=rule.code,
        package_name=procedure.package_id,
        opened_by=transition,
        opened_at=transition.at,
        started_on=start.date() if isinstance(start, datetime) else start,
        owed_by=list(rule.owes),
        soft=rule.soft,
        source=rule.source,
        confidence=rule.confidence,
        reminder_profile=rule.reminder_profile,
    )
    try:
        term = compute(procedure, rule, start, ground=ground, circumstances=circumstances)
    except terms.LetterDecides:
        if letter_due_on is None:
            raise
        deadline.derivation = _by_letter_alone(procedure, rule, start, ground, circumstances)
    else:
        take_over(deadline, term)
        if letter_due_on == term.due_on:
            letter_due_on = None
    if letter_due_on is not None:
        errors = check_letter(procedure, rule, due_on=letter_due_on, started_on=deadline.started_on)
        if errors:
            raise ValidationError(errors)
        deadline.letter_due_on = deadline.letter_says_on = letter_due_on
        deadline.letter_reason, deadline.letter_by = letter_reason, transition
    return _begin(deadline, transition)


def _begin(deadline: Deadline, transition: Transition) -> Deadline:
    """Write the row of a new term; during a pause of its rule it is born standing still."""
    due_on = deadline.letter_due_on or deadline.computed_due_on
    assert due_on is not None
    deadline.effective_due_on = due_on
    by_letter = deadline.letter_due_on is not None
    deadline.due_at = end_of(due_on) if by_letter else datetime.fromisoformat(deadline.derivation["due_at"])
    since = pauses.since_when(deadline.procedure, deadline)
    if since is not None:
        deadline.state, deadline.still_since = Deadline.State.SUSPENDED, since
    schedule_reminder(deadline, after=transition.at)
    deadline.save()
    if since is not None:
        enter(deadline, Because.of(transition, Cause.PAUSE), from_on=due_on)
    return deadline


def _by_letter_alone(
    procedure: Procedure,
    rule: Rule,
    start: date | datetime,
    ground: str,
    circumstances: Collection[str],
) -> dict[str, object]:
    """The derivation of a term without a length in the law: when it began, and nothing to count."""
    on = start.date() if isinstance(start, datetime) else start
    return {
        "package": procedure.package_id,
        "rule": rule.code,
        "mode": rule.mode.value,
        "start": start.isoformat(),
        "schedule": None,
        "day_one": None,
        "ground": ground or None,
        "circumstances": sorted(circumstances),
        "counted": [{"kind": terms.StepKind.EVENT.value, "date": on.isoformat(), "number": None}],
        "skipped": [],
        "source": rule.source,
        "confidence": rule.confidence,
        "check_the_letter": rule.check_the_letter,
        "settings": {},
        "pauses": [],
    }


# From which day, to which


def compute(
    procedure: Procedure,
    rule: Rule,
    start: date | datetime,
    *,
    ground: str = "",
    circumstances: Collection[str] = frozenset(),
) -> terms.Term:
    """The end of a term of this procedure that counts from `start`; raises CannotCompute."""
    extended = rule.on_schedule and rule.code != "AA-EXT" and procedure.extension_of_days() is not None
    return recompute.counted(
        rule,
        start,
        law=procedure.package.law,
        schedule=EXTENDED_SCHEDULE if extended else recompute.begun_in(procedure),
        stands=procedure.schedule,
        day_one=procedure.day_one_on,
        ground=ground or None,
        circumstances=circumstances,
        suspensions=list(procedure.suspensions.all()),
    )


def start_of(procedure: Procedure, rule: Rule, event_on: date, *, name: str = "") -> date:
    """The day from which this rule counts in this procedure when a step of this name opens it."""
    fact = rule.fact_after(name)
    match fact:
        case StartFact.EVENT_ON:
            return event_on
        case StartFact.DUE_OF_RULE:
            # Also one that this very step has just cancelled, as DEC-06M when its period is extended.
            return recompute.end_of_rule(procedure, rule.due_of) or event_on
        case StartFact.START_OF_RULE:
            other = procedure.deadlines.filter(rule_code=rule.start_of).order_by("opened_by_id").last()
            return other.started_on if other else event_on
        case _:
            return start_facts(procedure).get(fact) or event_on


def _moment_of(transition: Transition, start_at: datetime | None) -> datetime:
    """The moment of an event whose time counts; nobody is held longer because it was written down late."""
    if start_at is not None:
        return start_at
    if timezone.localdate(transition.at) == transition.on:
        return transition.at
    return datetime.combine(transition.on, time.min, tzinfo=AMSTERDAM)


def earliest_day_one(procedure: Procedure) -> date | None:
    """The first day on which the general procedure may start: the end of rest and preparation (RVT-01)."""
    deadline = procedure.latest_deadline("RVT-01")
    return deadline.effective_due_on if deadline else None
