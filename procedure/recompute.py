"""Working terms out again: from what their rows say of themselves, with the pauses and the law of now."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from procedure import terms
from procedure.calendars import ONE_DAY, DayKind, LegalCalendar, Pause
from procedure.models import Deadline, Procedure, Suspension
from procedure.rules import EXTENDED_SCHEDULE, Mode, Rule, RulePackage, StartFact
from procedure.states import AT_BORDER, Schedule

# After this pause the days of the border procedure count by another calendar (Vb 3.109b(4)).
BORDER_LEFT = "border_left"
# Where these end on a closed day, they stay there.
_NO_ROLLING = (Mode.MONTHS_NO_ATW, Mode.CALENDAR, Mode.HOURS_OR_LIBERTY)


@dataclass(frozen=True)
class Again:
    """A running term and what it is now; no term where the letter alone gives the date."""

    deadline: Deadline
    term: terms.Term | None
    letter_due_on: date | None

    @property
    def due_on(self) -> date:
        """The last day that it has when it does not stand still."""
        if self.letter_due_on is not None:
            return self.letter_due_on
        return self.term.due_on if self.term else self.deadline.effective_due_on


def stood_still(suspensions: Iterable[Suspension], code: str, law: RulePackage) -> tuple[Pause, ...]:
    """The days on which a term of this rule stood still, by the pauses whose end is known."""
    return tuple(
        Pause(pause.starts_on, pause.ends_on, law.suspensions[pause.ground].title)
        for pause in suspensions
        # One that was ended on its first day let nothing stand still.
        if pause.ends_on is not None and pause.starts_on <= pause.ends_on and pause.concerns(code, law)
    )


def work_out(
    procedure: Procedure,
    *,
    law: RulePackage | None = None,
    suspensions: list[Suspension] | None = None,
    only: Collection[str] | None = None,
) -> list[Again]:
    """The running terms as they are now, or would be under this law or with these pauses; nothing is written.

    Those that count from the end of another come after it and follow it. `only` terms of these rules, if
    given. Raises CannotCompute.
    """
    law = law or procedure.package.law
    if suspensions is None:
        suspensions = list(procedure.suspensions.all())
    running = [
        deadline
        for deadline in procedure.deadlines.all()
        if deadline.settled_at is None and deadline.state in _RUNNING and deadline.rule_code in law.rules
    ]
    if only is not None:
        running = [deadline for deadline in running if deadline.rule_code in only]
    found: dict[str, Again] = {}
    for deadline in sorted(running, key=lambda row: len(bases_of(row.rule_code, law))):
        deadline.procedure = procedure
        found[deadline.rule_code] = _again(deadline, law=law, suspensions=suspensions, found=found)
    return list(found.values())


def bases_of(code: str, law: RulePackage) -> list[str]:
    """The rules from whose end this one counts, directly and through another; the nearest first."""
    found: list[str] = []
    rule = law.rules.get(code)
    while rule is not None and rule.due_of:
        found.append(rule.due_of)
        rule = law.rules.get(rule.due_of)
    return found


def behind(code: str, law: RulePackage) -> set[str]:
    """The rules that count from the end of this one, directly or through another."""
    return {other for other in law.rules if code in bases_of(other, law)}


_RUNNING = (Deadline.State.OPEN, Deadline.State.SUSPENDED, Deadline.State.LAPSED)


def _again(
    deadline: Deadline, *, law: RulePackage, suspensions: list[Suspension], found: dict[str, Again]
) -> Again:
    rule = law.rules[deadline.rule_code]
    start = _start(deadline, rule, found=found, law=law, suspensions=suspensions)
    later = [pause for pause in suspensions if pause.started_by_id > (deadline.letter_by_id or 0)]
    return Again(
        deadline,
        term_again(deadline, start, law=law, suspensions=suspensions),
        _letter_again(deadline, rule, law=law, suspensions=later),
    )


def term_again(
    deadline: Deadline, start: date | datetime, *, law: RulePackage, suspensions: list[Suspension]
) -> terms.Term | None:
    """The term as the law computes it from this start, with the choices that were made when it was opened."""
    said = deadline.derivation
    try:
        return counted(
            law.rules[deadline.rule_code],
            start,
            law=law,
            schedule=said["schedule"],
            stands=deadline.procedure.schedule,
            day_one=_day(said["day_one"]),
            ground=chosen_ground(said),
            circumstances=held(said),
            suspensions=suspensions,
        )
    except terms.LetterDecides:
        return None


def held(said: Mapping[str, Any]) -> frozenset[str]:
    """The circumstances that held when a term of this derivation was opened."""
    return frozenset(said.get("circumstances", ()))


def chosen_ground(said: Mapping[str, Any]) -> str | None:
    """The ground that somebody chose; one that a circumstance gave is found again under the rules of now."""
    return None if said["ground"] in held(said) else said["ground"]


# Counting, on one calendar or two


def begun_in(procedure: Procedure) -> str:
    """The schedule in which the days of this procedure began: that of the border, if it was left since."""
    there = AT_BORDER.get(Schedule(procedure.schedule), "") if procedure.schedule else ""
    left = procedure.suspensions.filter(ground=BORDER_LEFT, starts_on__gte=procedure.day_one_on or date.max)
    return there if there in procedure.package.law.schedules and left.exists() else procedure.schedule


def counted(
    rule: Rule,
    start: date | datetime,
    *,
    law: RulePackage,
    schedule: str | None,
    stands: str,
    day_one: date | None,
    ground: str | None,
    circumstances: Collection[str],
    suspensions: list[Suspension],
) -> terms.Term:
    """The end of a term whose days began in one schedule, while the procedure stands in the same or another.

    Raises CannotCompute.
    """
    extended = schedule == EXTENDED_SCHEDULE
    options: dict[str, Any] = {
        "package": law,
        "day_one": day_one,
        "ground": ground,
        "circumstances": circumstances,
        "pauses": stood_still(suspensions, rule.code, law),
        # Extended or not, at the border every day counts.
        "day_kind": law.schedule(stands).calendar if extended else None,
    }
    begun = schedule if rule.on_schedule else None
    left = _left_border(begun, stands, day_one, law=law, suspensions=suspensions)
    if left is None:
        return terms.compute(rule, start, schedule=schedule, **options)
    # Whether its day is over already is seen when it has been found, on both calendars.
    term = terms.compute(replace(rule, least_days=None), start, schedule=schedule, **options)
    term = _on_another_calendar(term, rule, stands, left=left, law=law, suspensions=suspensions)
    if not rule.least_days or term.due_on > _plain(start):
        return term
    options["day_kind"] = law.schedule(stands).calendar
    return replace(terms.compute(rule, start, schedule=EXTENDED_SCHEDULE, **options), schedule=schedule)


def _left_border(
    schedule: str | None,
    stands: str,
    day_one: date | None,
    *,
    law: RulePackage,
    suspensions: list[Suspension],
) -> Suspension | None:
    """The pause after which days that began at the border count by another calendar; None when none do."""
    before, after = law.schedules.get(schedule or ""), law.schedules.get(stands)
    if before is None or after is None or day_one is None or before.calendar == after.calendar:
        return None
    return left_behind(suspensions, day_one)


def left_behind(suspensions: Iterable[Suspension], day_one: date) -> Suspension | None:
    """The pause in which days begun at the border stood still after it was left, once its end is known."""
    return next(
        (
            pause
            for pause in suspensions
            if pause.ground == BORDER_LEFT and pause.ends_on is not None and day_one <= pause.starts_on
        ),
        None,
    )


def _on_another_calendar(
    term: terms.Term,
    rule: Rule,
    stands: str,
    *,
    left: Suspension,
    law: RulePackage,
    suspensions: list[Suspension],
) -> terms.Term:
    """Days begun at the border go on, after it was left, by the calendar of the schedule that holds since."""
    assert left.ends_on is not None, "until its end is known the days wait"
    begun = [step for step in term.counted if step.on < left.starts_on]
    number = max((step.number or 0 for step in begun), default=0)
    last = max((step.number or 0 for step in term.counted), default=0)
    if number >= last:
        return term
    calendar = LegalCalendar(law, pauses=stood_still(suspensions, rule.code, law))
    plan = calendar.days_after(left.ends_on, last - number, DayKind(law.schedule(stands).calendar))
    steps = [terms.Step(terms.StepKind.COUNTED, day.on, number + day.number) for day in plan.days]
    due_on = steps[-1].on
    return replace(
        term,
        due_on=due_on,
        due_at=datetime.combine(due_on, rule.due_time or terms.END_OF_DAY, terms.AMSTERDAM),
        nominal_on=due_on,
        counted=(*begun, *steps),
        skipped=(*(day for day in term.skipped if day.on <= left.ends_on), *plan.skipped),
    )


def _plain(start: date | datetime) -> date:
    return start.date() if isinstance(start, datetime) else start


# Where the time begins


def _start(
    deadline: Deadline,
    rule: Rule,
    *,
    found: dict[str, Again],
    law: RulePackage,
    suspensions: list[Suspension],
) -> date | datetime:
    if rule.due_of and rule.fact_after(deadline.opened_by.name) == StartFact.DUE_OF_RULE:
        if rule.due_of in found:
            return found[rule.due_of].due_on
        base = end_of_rule(deadline.procedure, rule.due_of, law=law, suspensions=suspensions)
        return base or deadline.started_on
    said = deadline.derivation["start"]
    return datetime.fromisoformat(said) if "T" in said else date.fromisoformat(said)


def first_start(deadline: Deadline) -> date:
    """Since which day time runs for a term: one that continues another began with that one."""
    rule = deadline.rule
    if rule.due_of and rule.fact_after(deadline.opened_by.name) == StartFact.DUE_OF_RULE:
        base = _newest(deadline.procedure, rule.due_of)
        return first_start(base) if base is not None else deadline.started_on
    return deadline.started_on


def _newest(procedure: Procedure, code: str) -> Deadline | None:
    """The newest term of a rule, also one that a step has just cancelled."""
    found = procedure.deadlines.filter(rule_code=code).order_by("opened_by_id").last()
    if found is not None:
        found.procedure = procedure
    return found


def end_of_rule(
    procedure: Procedure,
    code: str,
    *,
    law: RulePackage | None = None,
    suspensions: list[Suspension] | None = None,
) -> date | None:
    """The end of the newest term of another rule, also of one that a step has just cancelled.

    One that runs has the date that holds. One that was settled is worked out: it may have ended while its
    time stood still, and by now it is known how long that took. Raises CannotCompute.
    """
    other = _newest(procedure, code)
    if other is None:
        return None
    law = law or other.law
    if other.settled_at is None or code not in law.rules:
        return other.effective_due_on
    if suspensions is None:
        suspensions = list(procedure.suspensions.all())
    return _again(other, law=law, suspensions=suspensions, found={}).due_on


def _letter_again(
    deadline: Deadline, rule: Rule, *, law: RulePackage, suspensions: list[Suspension]
) -> date | None:
    """The date of the letter, later by the time that has stood still since it was written."""
    says, letter = deadline.letter_says_on, deadline.letter_by
    if says is None:
        return None
    pauses = stood_still(suspensions, rule.code, law)
    kind = _day_kind(rule, deadline.procedure.schedule, law)
    calendar = LegalCalendar(law)
    on, last = (letter.on if letter else deadline.started_on) + ONE_DAY, says
    while on <= last:
        lost = any(pause.first_on <= on <= pause.last_on for pause in pauses)
        if lost and kind is None:
            last += ONE_DAY
        elif lost and kind is not None and calendar.skips(on, kind) is None:
            # A day that would not have counted anyway is not made up for.
            last = calendar.first_counted(last + ONE_DAY, kind)[0]
        on += ONE_DAY
    if last == says or kind is not None or rule.mode in _NO_ROLLING:
        return last
    return calendar.first_counted(last, DayKind.WORKING_DAY)[0]


def _day_kind(rule: Rule, stands: str, law: RulePackage) -> DayKind | None:
    """Which days count where they are counted one by one; None where every day of the calendar does."""
    if rule.on_schedule and stands in law.schedules:
        return DayKind(law.schedule(stands).calendar)
    return DayKind(rule.mode) if rule.mode in (Mode.AA_DAY, Mode.WORKING_DAY) else None


def changed(found: Iterable[Again]) -> Iterator[Again]:
    """Those of the terms whose last day would be another one; a term that stands still shows none."""
    for again in found:
        deadline = again.deadline
        if deadline.state != Deadline.State.SUSPENDED and again.due_on != deadline.effective_due_on:
            yield again


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
