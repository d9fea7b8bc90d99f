from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asylum_portal.notices.kinds import KINDS
from asylum_portal.notices.profiles import (
    AMSTERDAM,
    Audience,
    Moment,
    Profile,
    after_quiet_hours,
    at_local,
    latest_due,
    moments,
    next_after,
)

QUIET = ("21:00", "07:30")


def end_of(day: date) -> datetime:
    return at_local(day, time(23, 59, 59))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM).astimezone(UTC)


def written(found: list[Moment]) -> list[tuple[str, str, str]]:
    return [(m.code, f"{m.at.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}", m.kind) for m in found]


def plan(profile: str, audience: str, *, due: date, opened: str, **more: object) -> list[Moment]:
    return moments(profile, due_at=end_of(due), opened_at=local(opened), audience=audience, **more)


# due Thursday 30 April 2026, opened Wednesday 1 April at 14:00
TABLE = {
    ("D", "person"): [
        ("day-open", "2026-04-30 07:30", "deadline_today"),
        ("day-1200", "2026-04-30 12:00", "deadline_today"),
        ("day-1500", "2026-04-30 15:00", "deadline_today"),
        ("closed", "2026-05-01 00:05", "deadline_closed"),
    ],
    ("D", "lawyer"): [
        ("day-open", "2026-04-30 07:30", "deadline_today"),
        ("day-1200", "2026-04-30 12:00", "deadline_today"),
        ("day-1500", "2026-04-30 15:00", "deadline_today"),
        ("day-1730", "2026-04-30 17:30", "deadline_today"),
        ("closed", "2026-05-01 00:05", "deadline_closed"),
    ],
    ("D", "staff"): [
        ("day-1500", "2026-04-30 15:00", "staff_today"),
        ("overrun", "2026-05-01 00:05", "staff_overrun"),
    ],
    ("D", "lead"): [
        ("day-1800", "2026-04-30 18:00", "staff_today"),
        ("overrun", "2026-05-01 00:05", "staff_overrun"),
    ],
    ("W", "person"): [
        ("opened", "2026-04-01 14:00", "deadline_opened"),
        ("before-14", "2026-04-16 09:00", "deadline_coming"),
        ("before-07", "2026-04-23 09:00", "deadline_coming"),
        ("before-03", "2026-04-27 09:00", "deadline_coming"),
        ("before-01", "2026-04-29 09:00", "deadline_coming"),
        ("day-0900", "2026-04-30 09:00", "deadline_today"),
        ("missed", "2026-05-01 09:00", "deadline_missed"),
    ],
    ("W", "staff"): [
        ("before-07", "2026-04-23 09:00", "staff_coming"),
        ("before-01", "2026-04-29 09:00", "staff_coming"),
        ("missed", "2026-05-01 09:00", "staff_missed"),
    ],
    ("W", "lead"): [],
    ("C", "person"): [
        ("opened", "2026-04-01 14:00", "deadline_opened"),
        ("before-03", "2026-04-27 09:00", "deadline_coming"),
        ("before-01", "2026-04-29 09:00", "deadline_coming"),
        ("day-0900", "2026-04-30 09:00", "deadline_today"),
    ],
    ("C", "staff"): [("missed", "2026-05-01 09:00", "staff_missed")],
    ("S", "person"): [],
    ("S", "lawyer"): [],
    ("R", "person"): [
        ("eve-1800", "2026-04-29 18:00", "reporting_tomorrow"),
        ("day-0800", "2026-04-30 08:00", "reporting_today"),
        ("day-1500", "2026-04-30 15:00", "reporting_today"),
    ],
    ("R", "staff"): [("missed", "2026-05-01 09:00", "staff_reporting_missed")],
    ("I", "person"): [("before-01", "2026-04-29 09:00", "deadline_coming")],
    ("I", "staff"): [],
}


@pytest.mark.parametrize(("profile", "audience"), TABLE)
def test_every_profile_reminds_as_its_row_says(profile: str, audience: str) -> None:
    found = plan(profile, audience, due=date(2026, 4, 30), opened="2026-04-01T14:00")
    assert written(found) == TABLE[profile, audience]


def test_a_term_of_staff_is_followed_from_thirty_days_before_and_daily_after_it() -> None:
    found = plan("S", "staff", due=date(2026, 6, 30), opened="2026-04-01T14:00", until=date(2026, 7, 3))
    assert written(found) == [
        ("before-30", "2026-05-31 09:00", "staff_coming"),
        ("before-14", "2026-06-16 09:00", "staff_coming"),
        ("before-07", "2026-06-23 09:00", "staff_coming"),
        ("before-03", "2026-06-27 09:00", "staff_coming"),
        ("before-01", "2026-06-29 09:00", "staff_coming"),
        ("overdue-001", "2026-07-01 09:00", "staff_overrun"),
        ("overdue-002", "2026-07-02 09:00", "staff_overrun"),
        ("overdue-003", "2026-07-03 09:00", "staff_overrun"),
    ]


def test_information_is_told_sixty_and_thirty_days_and_one_day_before() -> None:
    found = plan("I", "person", due=date(2026, 12, 31), opened="2026-04-01T14:00")
    assert [moment.code for moment in found] == ["before-60", "before-30", "before-01"]


def test_a_term_that_opens_late_skips_what_its_opening_has_told() -> None:
    found = plan("W", "person", due=date(2026, 4, 30), opened="2026-04-29T10:00")
    assert [moment.code for moment in found] == ["opened", "day-0900", "missed"]


def test_a_day_that_is_planned_at_noon_is_told_at_once() -> None:
    found = plan("D", "person", due=date(2026, 4, 30), opened="2026-04-30T12:30")
    assert written(found)[:2] == [
        ("day-open", "2026-04-30 12:30", "deadline_today"),
        ("day-1500", "2026-04-30 15:00", "deadline_today"),
    ]


def test_a_term_that_opens_after_its_end_tells_only_that_it_was_missed() -> None:
    found = plan("W", "person", due=date(2026, 4, 30), opened="2026-05-04T10:00")
    assert written(found) == [("missed", "2026-05-04 10:00", "deadline_missed")]


@pytest.mark.parametrize(
    "due", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 30), date(2026, 10, 26)]
)
def test_reminders_keep_the_wall_clock_when_clocks_change(due: date) -> None:
    found = plan("W", "person", due=due, opened=f"{due - timedelta(days=30)}T14:00")
    assert {f"{moment.at.astimezone(AMSTERDAM):%H:%M}" for moment in found[1:]} == {"09:00"}
    assert [(moment.at.astimezone(AMSTERDAM).date() - due).days for moment in found[1:]] == [
        -14,
        -7,
        -3,
        -1,
        0,
        1,
    ]


def test_an_unknown_profile_or_audience_is_refused() -> None:
    with pytest.raises(ValueError, match="X"):
        plan("X", "person", due=date(2026, 4, 30), opened="2026-04-01T14:00")
    with pytest.raises(ValueError, match="press"):
        plan("W", "press", due=date(2026, 4, 30), opened="2026-04-01T14:00")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-04-01T20:59", "2026-04-01T20:59"),
        ("2026-04-01T21:00", "2026-04-02T07:30"),
        ("2026-04-02T00:05", "2026-04-02T07:30"),
        ("2026-04-02T07:29", "2026-04-02T07:30"),
        ("2026-04-02T07:30", "2026-04-02T07:30"),
        ("2026-03-28T22:00", "2026-03-29T07:30"),  # the night in which clocks go forward
        ("2026-10-24T22:00", "2026-10-25T07:30"),  # and back
    ],
)
def test_what_falls_in_quiet_hours_waits_for_the_morning(at: str, expected: str) -> None:
    assert after_quiet_hours(local(at), QUIET) == local(expected)


def test_without_quiet_hours_nothing_waits() -> None:
    assert after_quiet_hours(local("2026-04-02T03:00"), None) == local("2026-04-02T03:00")


def test_quiet_hours_may_lie_within_one_day() -> None:
    assert after_quiet_hours(local("2026-04-01T13:15"), ("13:00", "14:00")) == local("2026-04-01T14:00")
    assert after_quiet_hours(local("2026-04-01T14:15"), ("13:00", "14:00")) == local("2026-04-01T14:15")


def test_a_term_made_known_late_on_its_last_evening_is_not_told_the_next_morning_as_coming() -> None:
    found = plan("W", "person", due=date(2026, 4, 30), opened="2026-04-30T22:00", quiet=QUIET)
    assert [moment.code for moment in found] == ["missed"]


def test_after_an_outage_there_is_one_reminder_and_it_is_the_latest() -> None:
    found = plan("W", "person", due=date(2026, 4, 30), opened="2026-04-01T14:00")
    last_told = found[0].at
    now = local("2026-04-27T12:00")  # three days are left; those of 14 and 7 days were never given
    assert latest_due(found, now=now, after=last_told).code == "before-03"
    assert latest_due(found, now=now, after=local("2026-04-27T09:00")) is None
    assert next_after(found, now=now).code == "before-01"


def test_after_the_date_nothing_says_that_it_is_coming() -> None:
    found = plan("C", "person", due=date(2026, 4, 30), opened="2026-04-01T14:00")
    assert latest_due(found, now=end_of(date(2026, 4, 30)), after=None) is None
    assert latest_due(found, now=local("2026-05-03T12:00"), after=None) is None
    assert next_after(found, now=local("2026-05-03T12:00")) is None


days = st.dates(min_value=date(2024, 1, 1), max_value=date(2031, 12, 31))
instants = st.datetimes(
    min_value=datetime(2024, 1, 1), max_value=datetime(2031, 12, 31), timezones=st.just(UTC)
)


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Moment], datetime, datetime]:
    due = draw(days)
    opened = end_of(due) - timedelta(minutes=draw(st.integers(-3 * 1440, 90 * 1440)))
    found = moments(
        draw(st.sampled_from(list(Profile))),
        due_at=end_of(due),
        opened_at=opened,
        audience=draw(st.sampled_from(list(Audience))),
        quiet=draw(st.sampled_from([None, QUIET])),
        until=due + timedelta(days=5),
    )
    return found, opened, end_of(due)


@given(plans())
def test_reminders_are_in_order_known_and_never_before_the_opening(drawn) -> None:
    found, opened, due_at = drawn
    assert found == sorted(found, key=lambda moment: moment.at)
    assert len({moment.code for moment in found}) == len(found)
    for moment in found:
        assert moment.kind in KINDS
        assert moment.at >= opened
        assert moment.at.tzinfo is UTC
        if KINDS[moment.kind].until_due:
            assert moment.at < due_at


@given(plans(), st.lists(st.integers(1, 30 * 1440), max_size=30))
def test_however_the_sweep_runs_nothing_is_told_twice_or_untrue(drawn, pauses: list[int]) -> None:
    found, opened, due_at = drawn
    now, told, after = opened - timedelta(days=1), [], None
    for pause in pauses:
        now += timedelta(minutes=pause)
        moment = latest_due(found, now=now, after=after)
        if moment is None:
            continue
        assert moment.at <= now
        assert not (KINDS[moment.kind].until_due and now > due_at)
        # Nothing later would have been truer.
        assert not [
            m for m in found if moment.at < m.at <= now and (m.expires_at is None or now < m.expires_at)
        ]
        told.append(moment.code)
        after = moment.at
    assert len(told) == len(set(told))


@given(instants, st.times(), st.times())
def test_the_end_of_quiet_hours_is_never_quiet_and_never_earlier(
    at: datetime, start: time, end: time
) -> None:
    quiet = (start.isoformat(), end.isoformat())
    shifted = after_quiet_hours(at, quiet)
    assert at <= shifted <= at + timedelta(hours=25)
    if start != end:
        assert after_quiet_hours(shifted, quiet) == shifted
