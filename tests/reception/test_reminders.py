"""Who is told of a weekly report, when, and that it happens once."""

from datetime import date, timedelta

from django.core import mail

from asylum_portal.accounts.models import User
from asylum_portal.notices.actions import send_due
from asylum_portal.notices.models import Notice
from cases.actions import appoint_guardian
from reception import actions, reminders
from reception.models import Posting, ReportingSlot
from reception.tasks import keep_reporting_slots, remind_of_reporting
from tests.cast import Cast, at
from tests.reception.conftest import START, Desk, live, slot_on

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
# Planned on the Monday before, so that every reminder is still to come.
DUE = START + WEEK


def told(user: User) -> list[str]:
    found = Notice.objects.filter(recipient=user, about__startswith="slot:")
    return list(found.order_by("due_at", "kind").values_list("kind", flat=True))


def clock_runs(start: date, *, days: int) -> None:
    """The sweeps of beat, hour by hour."""
    for hour in range(24 * days):
        now = at(start + (hour // 24) * DAY, hour % 24, 10)
        actions.keep_slots(now=now)
        reminders.remind_of_due(now=now)


def about(slot: ReportingSlot) -> list[tuple[str, str]]:
    found = Notice.objects.filter(about=f"slot:{slot.pk}").order_by("due_at", "recipient")
    return [(notice.recipient.role, notice.kind) for notice in found]


def test_the_person_is_reminded_the_evening_before_and_twice_on_the_day(cast: Cast, desk: Desk) -> None:
    live(cast, desk)
    actions.report(slot_on(START), actor=desk.worker, at=at(START))
    clock_runs(DUE - DAY, days=2)
    notices = Notice.objects.filter(about=f"slot:{slot_on(DUE).pk}").order_by("due_at")
    assert [(notice.kind, notice.due_at) for notice in notices] == [
        ("reporting_tomorrow", at(DUE - DAY, 18)),
        ("reporting_today", at(DUE, 8)),
        ("reporting_today", at(DUE, 15)),
    ]
    assert {notice.recipient for notice in notices} == {cast.applicant}


def test_who_has_reported_is_not_reminded_any_more(cast: Cast, desk: Desk) -> None:
    live(cast, desk)
    clock_runs(DUE, days=1)
    slot = slot_on(DUE + WEEK)
    reminders.remind_of_due(now=at(slot.on, 8, 1))
    actions.report(slot, actor=desk.worker, at=at(slot.on, 9))
    assert reminders.remind_of_due(now=at(slot.on, 15, 1)) == 0
    assert about(slot) == [("applicant", "reporting_today")]
    slot.refresh_from_db()
    assert slot.next_reminder_at is None


def test_sweeping_often_tells_once(cast: Cast, desk: Desk) -> None:
    live(cast, desk)
    counts = [reminders.remind_of_due(now=at(DUE, 8, minute)) for minute in (0, 0, 1, 2)]
    assert counts == [1, 0, 0, 0]
    # Even when somebody sets the clock of the row back: the key of the notice holds.
    ReportingSlot.objects.filter(on=DUE).update(next_reminder_at=at(DUE, 8), reminded_until=None)
    assert reminders.remind_of_due(now=at(DUE, 8, 3)) == 0


def test_a_sweep_that_was_away_sends_the_latest_that_still_applies(cast: Cast, desk: Desk) -> None:
    live(cast, desk)
    assert reminders.remind_of_due(now=at(DUE, 15, 30)) == 1
    assert about(slot_on(DUE)) == [("applicant", "reporting_today")]
    later = slot_on(DUE + WEEK)
    reminders.remind_of_due(now=at(later.on + DAY, 10))
    assert about(later) == []


def test_a_first_miss_tells_the_person_and_the_next_morning_the_desk(cast: Cast, desk: Desk) -> None:
    slot = live(cast, desk)[0]
    ReportingSlot.objects.exclude(pk=slot.pk).update(next_reminder_at=None)
    actions.keep_slots(now=at(START + DAY, 0, 5))
    assert about(slot) == [("applicant", "reporting_missed")]
    reminders.remind_of_due(now=at(START + DAY, 8, 59))
    assert len(about(slot)) == 1
    reminders.remind_of_due(now=at(START + DAY, 9))
    assert about(slot)[1:] == [("reception", "staff_reporting_missed")]
    assert told(cast.caseworker) == told(cast.lawyer) == []


def test_a_desk_that_was_down_for_two_days_still_hears_of_a_miss(cast: Cast, desk: Desk) -> None:
    slot = live(cast, desk)[0]
    later = at(START + 3 * DAY, 11)
    reminders.remind_of_due(now=later)
    actions.keep_slots(now=later)
    reminders.remind_of_due(now=later)
    assert ("reception", "staff_reporting_missed") in about(slot)


def test_two_misses_in_a_row_are_told_to_desk_caseworker_lawyer_and_the_police_of_the_case(
    cast: Cast, desk: Desk, other_desk: Desk
) -> None:
    first, second, *_ = live(cast, desk)
    clock_runs(START + DAY, days=1)
    clock_runs(DUE + DAY, days=1)
    assert ("reception", "staff_reporting_missed") in about(first)
    kind = "staff_reporting_missed_twice"
    found = Notice.objects.filter(about=f"slot:{second.pk}", kind=kind)
    assert {notice.recipient for notice in found} == {
        desk.worker,
        cast.caseworker,
        cast.lawyer,
        cast.police,
    }
    assert ("reception", "staff_reporting_missed") not in about(second)
    assert told(cast.applicant).count("reporting_missed") == 2
    assert told(other_desk.worker) == told(cast.other_caseworker) == []


def test_an_excused_week_breaks_the_row(cast: Cast, desk: Desk) -> None:
    first, second, third, _fourth = live(cast, desk)
    clock_runs(first.on + DAY, days=1)
    actions.excuse(second, reason="ill", actor=desk.worker, at=at(second.on))
    clock_runs(third.on + DAY, days=1)
    assert ("reception", "staff_reporting_missed") in about(third)


def test_a_miss_before_a_move_counts_as_the_first_of_two(cast: Cast, desk: Desk, other_desk: Desk) -> None:
    live(cast, desk, weekday=1)
    clock_runs(START + DAY, days=1)
    live(cast, other_desk, weekday=3, on=START + 2 * DAY)
    wednesday = date(2026, 3, 25)
    clock_runs(wednesday + DAY, days=1)
    assert told(other_desk.worker) == ["staff_reporting_missed_twice"]


def test_the_guardian_of_a_child_is_told_too(cast: Cast, desk: Desk) -> None:
    appoint_guardian(
        cast.case,
        guardian=cast.guardian,
        starts_on=START,
        ends_on=None,
        actor=cast.supervisor,
        at=at(START),
    )
    live(cast, desk)
    reminders.remind_of_due(now=at(DUE, 8))
    assert "reporting_today" in told(cast.guardian)


def test_who_worked_at_the_desk_until_yesterday_is_not_told(cast: Cast, desk: Desk) -> None:
    slot = live(cast, desk)[0]
    Posting.objects.update(ends_on=START)
    clock_runs(START + DAY, days=1)
    assert about(slot) == [("applicant", "reporting_missed")]


def test_the_mail_is_in_the_persons_language_and_names_nothing(cast: Cast, desk: Desk) -> None:
    live(cast, desk, who="other_case")
    reminders.remind_of_due(now=at(DUE, 8))
    send_due(now=at(DUE, 8))
    letter = [letter for letter in mail.outbox if letter.to == [cast.other_applicant.email]][-1]
    assert str(Notice.objects.get(kind="reporting_today").pk) in letter.body
    assert letter.extra_headers["Content-Language"] == "ar"
    assert "Omar" not in letter.body and "V1000002" not in letter.body and "North" not in letter.body


def test_the_tasks_read_the_portals_clock(cast: Cast, desk: Desk, monkeypatch) -> None:
    live(cast, desk)
    monkeypatch.setattr("asylum_portal.clock.now", lambda: at(START + DAY, 9, 30))
    assert keep_reporting_slots() == (0, 1)
    assert remind_of_reporting() == 1
