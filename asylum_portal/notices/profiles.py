"""When somebody is reminded: the reminder profiles, as pure functions of a date. No database, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
Quiet = tuple[str, str]
"""From and until, as "21:00", on the wall in Amsterdam."""

MORNING = time(9, 0)
# Staff hear daily of a term that has overrun; the row is closed by a person long before this ends.
OVERDUE_DAYS = 366


class Profile(StrEnum):
    """How closely a date is followed; the codes stand in the rule packages."""

    DAY = "D"
    WEEKS = "W"
    SHORT = "C"
    STAFF = "S"
    REPORTING = "R"
    INFORMATION = "I"


class Audience(StrEnum):
    """For whom the moments are asked."""

    PERSON = "person"  # the applicant, a guardian
    LAWYER = "lawyer"  # what the person gets, and what only the lawyer gets
    STAFF = "staff"  # whoever works on the case; for reporting, the reception centre
    LEAD = "lead"  # who leads the team


@dataclass(frozen=True, slots=True)
class Moment:
    """One reminder of one date: a code that stays the same, when it goes out, and which notice it is."""

    code: str
    at: datetime
    kind: str
    expires_at: datetime | None = None
    """From here on it would be untrue: nothing says "is coming" after the date."""


def moments(
    profile: str,
    *,
    due_at: datetime,
    opened_at: datetime,
    audience: str,
    quiet: Quiet | None = None,
    until: date | None = None,
) -> list[Moment]:
    """All reminders of a date for one audience, in order of time; `until` bounds those that repeat daily."""
    on = due_at.astimezone(AMSTERDAM).date()
    plan = _Plan(on=on, due_at=due_at, opened_at=opened_at, quiet=quiet)
    last = on + timedelta(days=OVERDUE_DAYS)
    _PROFILES[Profile(profile)](plan, Audience(audience), min(until or last, last))
    return sorted(plan.found, key=lambda moment: moment.at)


def latest_due(moments: Iterable[Moment], *, now: datetime, after: datetime | None) -> Moment | None:
    """The one reminder to give now: the latest that has come since `after` and still applies."""
    due = [
        moment
        for moment in moments
        if moment.at <= now
        and (after is None or moment.at > after)
        and (moment.expires_at is None or now < moment.expires_at)
    ]
    # The last of those at the same moment: quiet hours may have pushed two onto one.
    return max(reversed(due), key=lambda moment: moment.at, default=None)


def next_after(moments: Iterable[Moment], *, now: datetime) -> Moment | None:
    """The first reminder still to come."""
    return min((moment for moment in moments if moment.at > now), key=lambda moment: moment.at, default=None)


def after_quiet_hours(at: datetime, quiet: Quiet | None) -> datetime:
    """The same moment, or the end of the quiet hours in which it falls."""
    if quiet is None:
        return at
    start, end = (time.fromisoformat(part) for part in quiet)
    local = at.astimezone(AMSTERDAM)
    clock = local.time()
    if start <= end:
        inside, day = start <= clock < end, local.date()
    else:
        inside = clock >= start or clock < end
        day = local.date() + timedelta(days=1 if clock >= start else 0)
    if not inside:
        return at
    shifted = at_local(day, end)
    if shifted < at:  # the second of the two equal hours in the night when clocks go back
        shifted = datetime.combine(day, end.replace(fold=1), AMSTERDAM).astimezone(UTC)
    return shifted


def at_local(day: date, clock: time) -> datetime:
    """A time on the wall in Amsterdam.

    In UTC, because two datetimes that share a ZoneInfo are compared by their wall clocks, wrongly on the
    night when clocks go back.
    """
    return datetime.combine(day, clock, AMSTERDAM).astimezone(UTC)


class _Plan:
    """The reminders of one date while they are being found."""

    def __init__(self, *, on: date, due_at: datetime, opened_at: datetime, quiet: Quiet | None) -> None:
        self.on, self.quiet = on, quiet
        self.found: list[Moment] = []
        self.due_at, self.opened_at = due_at.astimezone(UTC), opened_at.astimezone(UTC)

    def opening(self, code: str, at: datetime, kind: str) -> None:
        """When the date is made known; a date made known later is told at once."""
        self._add(code, max(at, self.opened_at), kind, self.due_at)

    def before(self, code: str, at: datetime, kind: str) -> None:
        """A reminder that the opening has not overtaken."""
        if at > self.opened_at:
            self._add(code, at, kind, self.due_at)

    def passed(self, code: str, at: datetime, kind: str) -> None:
        """What is told once the date is over."""
        self._add(code, max(at, self.opened_at), kind, None)

    def days_before(self, *counts: int, kind: str) -> None:
        for count in counts:
            day = self.on - timedelta(days=count)
            self.before(f"before-{count:02}", at_local(day, MORNING), kind)

    def today(self, clock: str, kind: str) -> None:
        at = at_local(self.on, time.fromisoformat(clock))
        self.before(f"day-{clock.replace(':', '')}", at, kind)

    def next_day(self, code: str, clock: time, kind: str) -> None:
        self.passed(code, at_local(self.on + timedelta(days=1), clock), kind)

    def _add(self, code: str, at: datetime, kind: str, expires_at: datetime | None) -> None:
        at = after_quiet_hours(at, self.quiet).astimezone(UTC)
        if expires_at is None or at < expires_at:
            self.found.append(Moment(code=code, at=at, kind=kind, expires_at=expires_at))


AFTER_MIDNIGHT = time(0, 5)


def _day(plan: _Plan, audience: Audience, until: date) -> None:
    """D: a step of one day."""
    if audience in (Audience.PERSON, Audience.LAWYER):
        plan.opening("day-open", at_local(plan.on, time(7, 30)), "deadline_today")
        plan.today("12:00", "deadline_today")
        plan.today("15:00", "deadline_today")
        if audience == Audience.LAWYER:
            plan.today("17:30", "deadline_today")
        plan.next_day("closed", AFTER_MIDNIGHT, "deadline_closed")
        return
    plan.today("15:00" if audience == Audience.STAFF else "18:00", "staff_today")
    plan.next_day("overrun", AFTER_MIDNIGHT, "staff_overrun")


def _weeks(plan: _Plan, audience: Audience, until: date) -> None:
    """W: a term of weeks."""
    if audience in (Audience.PERSON, Audience.LAWYER):
        plan.opening("opened", plan.opened_at, "deadline_opened")
        plan.days_before(14, 7, 3, 1, kind="deadline_coming")
        plan.today("09:00", "deadline_today")
        plan.next_day("missed", MORNING, "deadline_missed")
    elif audience == Audience.STAFF:
        plan.days_before(7, 1, kind="staff_coming")
        plan.next_day("missed", MORNING, "staff_missed")


def _short(plan: _Plan, audience: Audience, until: date) -> None:
    """C: a short term."""
    if audience in (Audience.PERSON, Audience.LAWYER):
        plan.opening("opened", plan.opened_at, "deadline_opened")
        plan.days_before(3, 1, kind="deadline_coming")
        plan.today("09:00", "deadline_today")
    elif audience == Audience.STAFF:
        plan.next_day("missed", MORNING, "staff_missed")


def _staff(plan: _Plan, audience: Audience, until: date) -> None:
    """S: a term that staff must keep; the applicant sees its date and is not reminded."""
    if audience != Audience.STAFF:
        return
    plan.days_before(30, 14, 7, 3, 1, kind="staff_coming")
    for day in range(1, (until - plan.on).days + 1):
        plan.passed(f"overdue-{day:03}", at_local(plan.on + timedelta(days=day), MORNING), "staff_overrun")


def _reporting(plan: _Plan, audience: Audience, until: date) -> None:
    """R: the weekly reporting duty (meldplicht)."""
    if audience in (Audience.PERSON, Audience.LAWYER):
        plan.before("eve-1800", at_local(plan.on - timedelta(days=1), time(18, 0)), "reporting_tomorrow")
        plan.today("08:00", "reporting_today")
        plan.today("15:00", "reporting_today")
    elif audience == Audience.STAFF:
        plan.next_day("missed", MORNING, "staff_reporting_missed")


def _information(plan: _Plan, audience: Audience, until: date) -> None:
    """I: a date that is good to know."""
    if audience in (Audience.PERSON, Audience.LAWYER):
        plan.days_before(60, 30, 1, kind="deadline_coming")


_PROFILES = {
    Profile.DAY: _day,
    Profile.WEEKS: _weeks,
    Profile.SHORT: _short,
    Profile.STAFF: _staff,
    Profile.REPORTING: _reporting,
    Profile.INFORMATION: _information,
}
