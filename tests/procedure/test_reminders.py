"""Reminders of time limits: to whom, when, once, and no longer than they are true."""

from datetime import date, datetime, timedelta

import pytest

from asylum_portal.accounts.models import Organisation, Role, User
from asylum_portal.notices.models import Notice
from cases import actions as case_actions
from cases.models import Case
from procedure.actions import close_lapsed_steps, lapse_terms
from procedure.models import Deadline
from procedure.reminders import remind_of_due
from tests.cast import Cast, at, make_cast, take_road, walk

D1, D2, D3, D4, D6 = (date(2026, 4, day) for day in (1, 2, 3, 7, 9))
pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    cast = make_cast()
    # The strangers' case would have reminders of its own.
    cast.other_procedure.deadlines.all().delete()
    return cast


def term(cast: Cast, code: str) -> Deadline:
    return cast.procedure.deadlines.filter(rule_code=code).latest("opened_at")


def sweep(cast: Cast, now: datetime) -> list[str]:
    """What the beat does at this moment; whom it tells what."""
    before = set(Notice.objects.values_list("pk", flat=True))
    lapse_terms(now=now)
    close_lapsed_steps(now=now)
    remind_of_due(now=now)
    names = {person.pk: name for name, person in cast.people.items()}
    fresh = Notice.objects.exclude(pk__in=before).exclude(key__startswith="step:")
    return sorted(f"{names[notice.recipient_id]} {notice.kind}" for notice in fresh)


def test_a_day_of_the_general_procedure_is_followed_from_morning_to_midnight(cast: Cast) -> None:
    walk(cast, until="close_interview")
    own, lawyer = "applicant deadline_today", "lawyer deadline_today"
    day = [
        (at(D1, 18), []),
        (at(D2, 7, 29), []),
        (at(D2, 7, 30), [own, lawyer]),
        (at(D2, 11, 59), []),
        (at(D2, 12), [own, lawyer]),
        (at(D2, 15), [own, "caseworker staff_today", lawyer]),
        (at(D2, 17, 30), [lawyer]),
        (at(D2, 18), ["supervisor staff_today"]),
        (at(D2, 23, 59), []),
        (at(D3, 0, 1), []),
    ]
    assert [(moment, sweep(cast, moment)) for moment, _told in day] == day


def test_who_lets_a_term_pass_still_hears_of_it_although_the_step_is_closed_at_midnight(cast: Cast) -> None:
    walk(cast, until="close_interview")
    sweep(cast, at(D2, 18))
    assert sweep(cast, at(D3, 0, 1)) == []
    cast.procedure.refresh_from_db()
    assert cast.procedure.state == "assessment"
    # 00:05, and with the quiet hours 07:30.
    told = sweep(cast, at(D3, 7, 30))
    assert "lawyer deadline_closed" in told and "applicant deadline_closed" in told
    assert sweep(cast, at(D3, 7, 31)) == []


def test_what_was_filed_is_not_asked_for_again(cast: Cast) -> None:
    walk(cast, until="close_interview")
    sweep(cast, at(D2, 7, 30))
    cast.file("corrections", D2, hour=10)
    corrections = term(cast, "AA-COR")
    assert corrections.next_reminder_at is None
    for hour in (12, 15, 18):
        assert sweep(cast, at(D2, hour)) == []


def test_a_reminder_that_still_waits_is_taken_back_when_the_term_is_met(cast: Cast) -> None:
    walk(cast, until="close_interview")
    sweep(cast, at(D2, 7, 30))
    waiting = Notice.objects.filter(about=f"deadline:{term(cast, 'AA-COR').pk}")
    assert waiting.filter(suppressed_at__isnull=True).count() == 2
    cast.file("corrections", D2, hour=10)
    assert waiting.filter(suppressed_at__isnull=True).count() == 0
    assert {notice.suppressed_reason for notice in waiting} == {"the term is met"}


def test_after_an_outage_only_the_latest_reminder_goes_out(cast: Cast) -> None:
    walk(cast, until="close_interview")
    told = sweep(cast, at(D2, 18, 30))
    assert told == [
        "applicant deadline_today",
        "caseworker staff_today",
        "lawyer deadline_today",
        "supervisor staff_today",
    ]
    assert sweep(cast, at(D2, 18, 31)) == []


def test_two_days_down_and_nobody_hears_that_something_is_due_which_is_over(cast: Cast) -> None:
    walk(cast, until="close_interview")
    told = sweep(cast, at(date(2026, 4, 4), 9))
    assert not [line for line in told if line.endswith(("deadline_today", "deadline_coming"))]
    assert "lawyer deadline_closed" in told


def test_a_term_of_weeks_is_told_at_once_and_then_at_its_days(cast: Cast) -> None:
    walk(cast, until="close_corrections")
    cast.take("refer_to_extended", D3)
    cast.take("skip_extended_interview", D3)
    cast.take("issue_intended_decision", D3, hour=11)
    last = term(cast, "VA-VIEW").effective_due_on
    assert last == date(2026, 5, 1)
    assert sweep(cast, at(D3, 11, 1)) == ["lawyer deadline_opened"]
    for days, who in ((14, []), (7, ["caseworker staff_coming"]), (3, []), (1, ["caseworker staff_coming"])):
        told = sweep(cast, at(last - timedelta(days=days), 9))
        assert told == sorted([*who, "lawyer deadline_coming"]), days
    assert sweep(cast, at(last, 9)) == ["lawyer deadline_today"]
    assert sweep(cast, at(last, 23, 59)) == []
    assert sweep(cast, at(last + timedelta(days=1), 9)) == [
        "caseworker staff_missed",
        "lawyer deadline_missed",
    ]
    assert sweep(cast, at(last + timedelta(days=8), 9)) == []


def test_another_last_day_brings_reminders_of_its_own(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    sweep(cast, at(D4, 12))
    longer = {"ground": "lawyer_ill", "obstacle_ended_on": D4, "proof": cast.case.documents.first()}
    cast.take("extend_response_term", D4, hour=13, until=date(2026, 4, 10), **longer)
    assert sweep(cast, at(D4, 15)) == []
    assert sweep(cast, at(date(2026, 4, 10), 7, 30)) == ["lawyer deadline_today"]
    keys = Notice.objects.filter(key__contains=":day-open:").values_list("key", flat=True)
    assert all(":2026-04-10:" in key for key in keys)


def test_staff_are_followed_by_the_period_for_the_decision_and_daily_once_it_is_over(cast: Cast) -> None:
    walk(cast, until="close_corrections")
    cast.take("refer_to_extended", D3)
    last = term(cast, "DEC-06M").effective_due_on
    assert sweep(cast, at(last - timedelta(days=30), 9)) == ["caseworker staff_coming"]
    for day in (1, 2, 3):
        assert sweep(cast, at(last + timedelta(days=day), 9)) == ["caseworker staff_overrun"]
    cast.take("request_withdrawal", last + timedelta(days=3), by="applicant")
    cast.take("confirm_withdrawal", last + timedelta(days=3), hour=11)
    cancelled_for_good = sweep(cast, at(last + timedelta(days=4), 9))
    assert "caseworker staff_overrun" not in cancelled_for_good


def test_nobody_is_chased_for_a_norm_or_a_minimum(cast: Cast) -> None:
    walk(cast, until="begin_preparation")
    later = [sweep(cast, at(date(2026, 3, 26) + timedelta(days=days), 9)) for days in range(1, 12)]
    assert later == [[]] * 11


def test_a_withdrawn_case_reminds_nobody_of_its_terms_but_the_time_to_leave(cast: Cast) -> None:
    walk(cast, until="close_interview")
    cast.take("request_withdrawal", D1, by="applicant", hour=17)
    cast.take("confirm_withdrawal", D1, hour=18)
    assert sweep(cast, at(D1, 18, 1)) == ["applicant deadline_opened", "applicant deadline_opened"]
    assert sweep(cast, at(D2, 12)) == []


def test_a_new_lawyer_is_reminded_and_the_old_one_is_not(cast: Cast) -> None:
    walk(cast, until="close_interview")
    cast.take("change_lawyer", D1, by="planner", hour=18)
    assert sweep(cast, at(D2, 12)) == ["applicant deadline_today", "other_lawyer deadline_today"]


def test_a_reminder_names_nobody_and_nothing_but_the_day(cast: Cast) -> None:
    walk(cast, until="close_interview")
    sweep(cast, at(D2, 15))
    for notice in Notice.objects.filter(key__startswith="deadline:"):
        assert notice.context["due_on"] == "2026-04-02" and set(notice.context) <= {"due_on", "path"}


def test_nothing_due_asks_the_database_once(cast: Cast, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        assert remind_of_due(now=at(date(2020, 1, 1))) == 0


# Partners


def test_who_takes_over_when_the_time_to_leave_is_over_hears_that_it_is(cast: Cast) -> None:
    walk(cast, until="refuse")
    last = term(cast, "RET-01").effective_due_on
    assert not [line for line in sweep(cast, at(last, 9)) if line.startswith("return_officer")]
    told = sweep(cast, at(last + timedelta(days=1), 9))
    # To leave, and to hand in the document.
    assert told.count("return_officer staff_missed") == 2
    # Nobody whose part is another, and nobody who has none.
    silent = ("court", "desk", "police", "border_police", "municipality", "legal_aid")
    assert not [line for line in told if line.startswith(silent)]
    for notice in Notice.objects.filter(recipient=cast.return_officer, key__startswith="deadline:"):
        assert set(notice.context) <= {"due_on", "path"}


def test_the_return_service_is_followed_by_the_term_of_the_transfer_that_it_owes(cast: Cast) -> None:
    walk(cast, until="finish_application_interview")
    take_road(cast, [("refer_to_dublin", date(2026, 3, 19)), ("close_dublin_interview", date(2026, 3, 24))])
    cast.take("send_claim", date(2026, 3, 25), kind="take_charge")
    take_road(cast, [("accept_claim", date(2026, 4, 7)), ("file response", date(2026, 4, 14))])
    take_road(cast, [("close_response", date(2026, 4, 14)), ("decide_not_to_consider", date(2026, 4, 15))])
    last = term(cast, "DUB-04").effective_due_on
    assert "return_officer staff_coming" in sweep(cast, at(last - timedelta(days=30), 9))
    assert "return_officer staff_overrun" in sweep(cast, at(last + timedelta(days=2), 9))


def test_of_a_partner_the_office_that_has_the_part_hears_of_its_terms(cast: Cast) -> None:
    walk(cast, until="refuse")
    elsewhere = Organisation.objects.create(code="dtv-2", kind="dtv", name="DT&V elsewhere")
    colleague = User.objects.create_user(
        "elsewhere@portal.example", role=Role.RETURN_OFFICER, organisation=elsewhere, language="nl"
    )
    cast.people["elsewhere"] = colleague
    part = cast.case.involvements.filter(role=Role.RETURN_OFFICER)
    part.update(organisation=cast.return_officer.organisation)
    last = term(cast, "RET-01").effective_due_on
    told = sweep(cast, at(last + timedelta(days=1), 9))
    assert "return_officer staff_missed" in told and "elsewhere staff_missed" not in told


def test_a_partner_whose_part_is_over_hears_of_no_term(cast: Cast) -> None:
    walk(cast, until="refuse")
    last = term(cast, "RET-01").effective_due_on
    case_actions.end_involvement(
        cast.case, role=Role.RETURN_OFFICER, on=last, actor=cast.supervisor, at=at(last, 8)
    )
    assert "return_officer staff_missed" not in sweep(cast, at(last + timedelta(days=1), 9))


def test_who_does_not_collect_the_document_is_reminded_after_two_weeks_and_after_four(cast: Cast) -> None:
    walk(cast, until="close_corrections")
    cast.take("grant", D3)
    letter = date(2026, 4, 20)
    cast.take("announce_permit", letter)
    about = f"deadline:{term(cast, 'PER-01').pk}"

    def reminded(days: int, hour: int) -> list[str]:
        sweep(cast, at(letter + timedelta(days=days), hour))
        notices = Notice.objects.filter(recipient=cast.applicant, about=about)
        return list(notices.order_by("due_at").values_list("kind", flat=True))

    assert reminded(13, 20) == ["deadline_opened"]
    assert reminded(14, 9)[1:] == ["deadline_coming"]
    before = len(reminded(27, 20))
    assert reminded(28, 9)[before:] == ["deadline_today"]
    # It is a norm: nobody is late.
    assert len(reminded(35, 9)) == before + 1


# The border


def held_at_the_border(cast: Cast) -> None:
    """The border police hands over the measure late in the evening of 27 March."""
    handed_at = at(date(2026, 3, 27), 22, 30)
    cast.take(
        "impose_border_measure", date(2026, 3, 27), by="border_police", at=handed_at, handed_at=handed_at
    )


@pytest.fixture
def at_the_border(db: None) -> Cast:
    cast = make_cast(on=date(2026, 3, 27))
    case_actions.involve(
        cast.case,
        role="border_police",
        starts_on=date(2026, 3, 27),
        actor=cast.caseworker,
        at=at(date(2026, 3, 27)),
    )
    held_at_the_border(cast)
    return cast


def test_three_days_before_the_time_at_the_border_ends_the_border_police_hears_it_too(
    at_the_border: Cast,
) -> None:
    about = f"deadline:{term(at_the_border, 'BOR-01').pk}"
    remind_of_due(now=at(date(2026, 4, 21), 22, 29))
    assert not Notice.objects.filter(about=about, kind="staff_coming").exists()
    remind_of_due(now=at(date(2026, 4, 21), 22, 31))
    heard = Notice.objects.filter(about=about, kind="staff_coming")
    people = at_the_border.people
    assert {notice.recipient for notice in heard} == {
        people["caseworker"],
        people["supervisor"],
        people["border_police"],
    }


def test_a_case_without_a_team_alarms_every_supervisor(at_the_border: Cast) -> None:
    Case.objects.filter(pk=at_the_border.case.pk).update(team=None)
    User.objects.create_user("gone@portal.example", role=Role.SUPERVISOR, is_active=False, language="nl")
    over = at(date(2026, 4, 24), 22, 30)
    lapse_terms(now=over + timedelta(seconds=1))
    heard = told(over)
    assert {"supervisor", "other_supervisor"} <= heard and "gone" not in heard


def test_when_the_time_at_the_border_is_over_all_who_are_involved_hear_it_at_once(db: None) -> None:
    cast = make_cast(on=date(2026, 3, 27))
    cast.case.involvements.all().delete()
    case_actions.involve(
        cast.case,
        role="border_police",
        starts_on=date(2026, 3, 27),
        actor=cast.caseworker,
        at=at(date(2026, 3, 27)),
    )
    held_at_the_border(cast)
    over = at(date(2026, 4, 24), 22, 30)
    lapse_terms(now=over - timedelta(minutes=1))
    assert told(over - timedelta(days=60)) == set()
    lapse_terms(now=over + timedelta(seconds=1))
    assert {"lawyer", "caseworker", "supervisor", "border_police"} <= told(over)
    # Also in the quiet hours: somebody is held.
    assert all(notice.any_hour for notice in Notice.objects.filter(key__startswith="alarm:"))


def told(at_least: datetime) -> set[str]:
    fresh = Notice.objects.filter(key__startswith="alarm:", due_at__gte=at_least)
    return {notice.recipient.username.partition("@")[0] for notice in fresh}
