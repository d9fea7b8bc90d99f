"""A whole stay, from the referral to the keys of a home, and the ways on which it ends otherwise."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation

from asylum_portal.accounts.models import Organisation, Role, User
from asylum_portal.notices.models import Notice
from cases.actions import appoint_guardian, involve
from cases.models import AuditEntry, Case
from procedure import reminders as deadline_reminders
from procedure.actions import lapse_terms
from procedure.guards import StateForbids
from procedure.models import Appointment, Deadline, Transition
from reception import actions, machine, reminders
from reception.models import Reception, ReportingSlot, Stay
from reception.panels import news_rows
from reception.steps import propose, unmet_reasons
from tests.cast import AMSTERDAM, Cast, at, walk
from tests.reception.conftest import START, Desk
from tests.reception.stays import (
    GRANTED_ON,
    arrive,
    granted,
    lead,
    move,
    refer,
    refused,
    stay_in,
    step,
)

State, Slot = Reception.State, ReportingSlot.State
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def state(cast: Cast) -> str:
    found = machine.current(cast.procedure)
    return str(found.state) if found else ""


def term(cast: Cast, code: str) -> Deadline:
    return cast.procedure.deadlines.filter(rule_code=code).latest("opened_by_id")


def lives_at(cast: Cast) -> str:
    stay = Stay.objects.filter(applicant=cast.case.applicant, left_on=None).first()
    return stay.centre.code if stay else ""


def planned(cast: Cast) -> list[date]:
    slots = ReportingSlot.objects.of(cast.case.applicant).planned()
    return list(slots.order_by("on").values_list("on", flat=True))


def no_police(cast: Cast) -> None:
    """The police has done its part at the registration."""
    cast.case.involvements.filter(role=Role.POLICE).delete()


def police_sees(cast: Cast, *, on: date) -> bool:
    return Case.objects.visible_to(cast.police, on=on).filter(pk=cast.case.pk).exists()


# A whole life


def test_a_whole_stay_from_the_referral_to_the_keys(cast: Cast, desk: Desk, other_desk: Desk) -> None:
    refer(cast, desk, at(START, 14, 30))
    assert term(cast, "REC-01").due_at == at(START + DAY, 14, 30)
    assert (state(cast), lives_at(cast)) == ("referred", "")

    arrive(cast, desk, at(START + DAY, 14, 30), weekday=3)
    assert term(cast, "REC-01").state == "met"
    assert (state(cast), lives_at(cast)) == ("in_reception", "north")
    assert planned(cast)[:2] == [START + 2 * DAY, START + 9 * DAY]

    move(cast, desk, other_desk, at(START + 3 * DAY, 9))
    assert term(cast, "REC-02").due_at == at(START + 5 * DAY, 9)
    # Until she has come there she lives, and reports, where she is.
    assert (state(cast), lives_at(cast)) == ("transfer_ordered", "north")
    arrive(cast, other_desk, at(START + 4 * DAY, 18), weekday=2)
    assert term(cast, "REC-02").state == "met"
    assert (state(cast), lives_at(cast)) == ("in_reception", "south")

    on = granted(cast)
    assert on.isoweekday() == 5
    actions.keep_slots(now=at(on, 8))
    tuesday = on + 4 * DAY
    assert planned(cast)[-1] == date(2026, 4, 21)
    step(cast, "wait_for_home", on, other_desk.worker)
    # This week stays as it was; from then on every second Tuesday.
    assert [day for day in planned(cast) if day > on] == [tuesday + WEEK]
    actions.keep_slots(now=at(tuesday + WEEK, 8))
    assert [day for day in planned(cast) if day > on] == [tuesday + n * WEEK for n in (1, 3)]
    # The planned reports are its days: no other date stands beside them.
    assert not cast.procedure.deadlines.filter(rule_code="REP-04").exists()

    viewing = at(tuesday + 2 * WEEK, 11)
    step(cast, "offer_home", tuesday + WEEK, cast.municipality, viewing_at=viewing)
    assert state(cast) == "housing_offered"
    home = Appointment.objects.get(procedure=cast.procedure, kind="APPT-HOME")
    assert (home.starts_at, home.place) == (viewing, "Lindelaan 4, Utrecht")

    keys_on = tuesday + 2 * WEEK
    step(cast, "move_into_home", keys_on, cast.municipality)
    assert (state(cast), lives_at(cast)) == ("housed", "")
    assert Stay.objects.latest("arrived_on").left_on == keys_on
    assert planned(cast) == [tuesday + WEEK]
    actions.keep_slots(now=at(keys_on + 4 * WEEK))
    assert planned(cast) == []
    part = cast.case.involvements.get(role=Role.MUNICIPALITY)
    assert (part.ends_on, part.organisation) == (keys_on, cast.municipality.organisation)


def test_the_municipality_that_looks_for_a_home_alone_sees_the_case(cast: Cast, desk: Desk) -> None:
    other = User.objects.create_user(
        "housing@elsewhere.example",
        role=Role.MUNICIPALITY,
        organisation=Organisation.objects.create(code="elsewhere", kind="municipality", name="Elsewhere"),
    )
    stay_in(cast, desk)
    on = granted(cast)
    assert not Case.objects.visible_to(cast.municipality, on=on).exists()
    with pytest.raises(ValidationError) as wrong:
        step(cast, "wait_for_home", on, desk.worker, municipality=cast.lawyer.organisation)
    assert list(wrong.value.message_dict) == ["municipality"]
    step(cast, "wait_for_home", on, desk.worker)
    assert Case.objects.visible_to(cast.municipality, on=on).get() == cast.case
    assert not Case.objects.visible_to(other, on=on).exists()
    with pytest.raises(PermissionDenied):
        step(cast, "offer_home", on, other)
    for address, facts, field in (("", {"suitable": True}, "address"), ("Street 1", {}, "suitable")):
        with pytest.raises(ValidationError) as wrong:
            step(cast, "offer_home", on, cast.municipality, address=address, facts=facts)
        assert list(wrong.value.message_dict) == [field]


def test_nobody_waits_for_a_home_without_a_permit(cast: Cast, desk: Desk) -> None:
    stay_in(cast, desk)
    with pytest.raises(StateForbids):
        step(cast, "wait_for_home", START, desk.worker)
    on = granted(cast)
    told = Notice.objects.filter(recipient=desk.worker, kind="work_assigned", created_at__date=on)
    # The grant itself changes nothing here: it is work for the desk.
    assert (state(cast), told.count()) == ("in_reception", 1)


# To the minute


@pytest.mark.parametrize(
    ("minutes", "swept", "expected"),
    [(0, False, "met"), (0, True, "met"), (1, False, "late"), (1, True, "late")],
)
def test_the_hours_to_arrive_count_to_the_minute_also_when_it_is_written_down_late(
    cast: Cast, desk: Desk, minutes: int, swept: bool, expected: str
) -> None:
    refer(cast, desk, at(START, 10, 15))
    came = at(START + DAY, 10, 15) + timedelta(minutes=minutes)
    if swept:
        lapse_terms(now=at(START + DAY, 12))
        assert term(cast, "REC-01").state == "lapsed"
    if minutes:
        with pytest.raises(ValidationError) as wrong:
            arrive(cast, desk, came, at=at(START + DAY, 13))
        assert list(wrong.value.message_dict) == ["reason"]
    # A person decides: late is no refusal.
    arrive(cast, desk, came, at=at(START + DAY, 13), reason="The train did not run." if minutes else "")
    assert (state(cast), term(cast, "REC-01").state) == ("in_reception", expected)


def test_the_night_on_which_clocks_change_has_its_own_length(
    cast: Cast, desk: Desk, other_desk: Desk
) -> None:
    stay_in(cast, desk)
    move(cast, desk, other_desk, at(date(2026, 3, 27), 14, 30))
    # 48 hours over the hour that is skipped.
    assert term(cast, "REC-02").due_at == datetime(2026, 3, 29, 15, 30, tzinfo=AMSTERDAM)


def test_who_does_not_come_stays_where_she_stands_and_is_work_for_the_desk(cast: Cast, desk: Desk) -> None:
    refer(cast, desk, at(START, 10))
    later = at(START + 2 * DAY, 10)
    lapse_terms(now=later)
    assert propose(now=later) == 1
    assert propose(now=later + DAY) == 0
    notice = Notice.objects.get(recipient=desk.worker, kind="work_assigned")
    assert notice.context["path"].endswith(f"/desk/people/{cast.procedure.pk}/")
    assert state(cast) == "referred"


def test_who_does_not_arrive_in_time_sets_off_no_alarm_of_the_border(
    cast: Cast, desk: Desk, other_desk: Desk
) -> None:
    def nobody_is_alarmed(code: str, referred_at: datetime, over: datetime) -> None:
        deadline_reminders.remind_of_due(now=referred_at + timedelta(hours=1))
        lapse_terms(now=over)
        assert term(cast, code).state == "lapsed"
        about = f"deadline:{term(cast, code).pk}"
        assert not Notice.objects.filter(about=about, kind="staff_coming").exists()
        assert not Notice.objects.filter(key__startswith="alarm:").exists()

    refer(cast, desk, at(START, 10))
    nobody_is_alarmed("REC-01", at(START, 10), at(START + DAY, 11))
    arrive(cast, desk, at(START + DAY, 12), reason="The train did not run.")
    move(cast, desk, other_desk, at(START + 2 * DAY, 10))
    nobody_is_alarmed("REC-02", at(START + 2 * DAY, 10), at(START + 4 * DAY, 11))


# Missed reports


def test_one_missed_report_opens_two_weeks_and_the_second_counts_from_the_first(
    cast: Cast, desk: Desk
) -> None:
    stay_in(cast, desk)
    no_police(cast)
    first, second = planned(cast)[0], planned(cast)[1]
    before = (str(cast.procedure.state), state(cast))
    actions.keep_slots(now=at(first + DAY, 1))
    assert term(cast, "REP-03").effective_due_on == first + 2 * WEEK
    assert not police_sees(cast, on=first + DAY)
    actions.keep_slots(now=at(second + DAY, 1))
    assert term(cast, "REP-02").effective_due_on == first + 2 * WEEK
    assert term(cast, "REP-02").started_on == first
    # Once: the police looks along, and people decide.
    assert police_sees(cast, on=second + DAY)
    reminders.remind_of_due(now=at(second + DAY, 10))
    told = Notice.objects.filter(kind="staff_reporting_missed_twice")
    assert {notice.recipient for notice in told} >= {desk.worker, cast.police, cast.lawyer}
    actions.keep_slots(now=at(second + WEEK + DAY, 1))
    assert cast.procedure.deadlines.filter(rule_code="REP-02").count() == 1
    cast.procedure.refresh_from_db()
    assert (str(cast.procedure.state), state(cast)) == before
    steps = Transition.objects.filter(machine="reception", name__startswith="miss_report")
    assert [step.actor.role for step in steps] == ["system"] * 2


def test_who_is_seen_again_has_met_the_terms_and_the_police_looks_away(cast: Cast, desk: Desk) -> None:
    stay_in(cast, desk)
    no_police(cast)
    days = planned(cast)
    for day in days[:2]:
        actions.keep_slots(now=at(day + DAY, 1))
    slot = ReportingSlot.objects.get(on=days[2])
    actions.report(slot, actor=desk.worker, at=at(days[2], 11))
    # The third Monday is the last day of the two weeks.
    assert (term(cast, "REP-03").state, term(cast, "REP-02").state) == ("met", "met")
    assert not police_sees(cast, on=days[2] + DAY)
    assert Transition.objects.filter(name="report_again").get().actor == desk.worker


def test_a_part_that_the_police_has_for_another_reason_stays(cast: Cast, desk: Desk) -> None:
    stay_in(cast, desk)
    involve(
        cast.case,
        role=Role.POLICE,
        starts_on=START,
        actor=cast.supervisor,
        at=at(START),
        reason="registration",
    )
    days = planned(cast)
    for day in days[:2]:
        actions.keep_slots(now=at(day + DAY, 1))
    actions.report(ReportingSlot.objects.get(on=days[2]), actor=desk.worker, at=at(days[2], 11))
    assert police_sees(cast, on=days[3])


@pytest.mark.parametrize(("excused", "left"), [(0, 1), (1, 0)])
def test_of_two_missed_reports_one_excused_leaves_the_other_with_its_own_two_weeks(
    cast: Cast, desk: Desk, excused: int, left: int
) -> None:
    stay_in(cast, desk)
    days = planned(cast)[:2]
    for day in days:
        actions.keep_slots(now=at(day + DAY, 1))
    slot = ReportingSlot.objects.get(on=days[excused])
    actions.excuse(slot, reason="ill", actor=desk.worker, at=at(days[1] + DAY, 9))
    assert term(cast, "REP-02").state == "cancelled"
    assert term(cast, "REP-03").state == "open"
    assert term(cast, "REP-03").effective_due_on == days[left] + 2 * WEEK


def test_a_missed_report_of_who_waits_for_a_home_counts_the_same(cast: Cast, desk: Desk) -> None:
    stay_in(cast, desk)
    for slot in ReportingSlot.objects.planned().filter(on__lt=GRANTED_ON):
        actions.report(slot, actor=desk.worker, at=at(slot.on, 11))
    on = granted(cast)
    step(cast, "wait_for_home", on, desk.worker)
    first = next(day for day in planned(cast) if day > on)
    actions.keep_slots(now=at(first + DAY, 1))
    assert term(cast, "REP-03").effective_due_on == first + 2 * WEEK
    # In a week without a report nobody misses one.
    actions.keep_slots(now=at(first + WEEK + DAY, 1))
    assert not cast.procedure.deadlines.filter(rule_code="REP-02").exists()


def test_another_weekday_keeps_the_two_weeks(cast: Cast, desk: Desk) -> None:
    stay_in(cast, desk)
    on = granted(cast)
    step(cast, "wait_for_home", on, desk.worker)
    monday = next(day for day in planned(cast) if day > on)
    actions.arrive(cast.case.applicant, desk.centre, 4, actor=desk.worker, on=on + WEEK, at=at(on + WEEK))
    actions.keep_slots(now=at(on + WEEK, 12))
    # The report that is planned stays, as with a weekly one.
    assert [day for day in planned(cast) if day > on] == [monday, monday + 2 * WEEK + 3 * DAY]


def test_exempt_until_a_day_and_until_further_notice(cast: Cast, desk: Desk) -> None:
    stay_in(cast, desk)
    days = planned(cast)
    slot = ReportingSlot.objects.get(on=days[1])
    with pytest.raises(ValidationError):
        actions.exempt_from_now(slot, until=days[0], actor=desk.worker, at=at(START))
    actions.exempt_from_now(slot, until=days[2], actor=desk.worker, at=at(START))
    assert planned(cast) == [days[0], days[3]]
    actions.exempt_from_now(
        ReportingSlot.objects.get(on=days[3]), until=None, actor=desk.worker, at=at(START)
    )
    for week in range(1, 7):
        actions.keep_slots(now=at(START + week * WEEK, 1))
    assert planned(cast) == []
    assert not ReportingSlot.objects.filter(state=Slot.MISSED, on__gte=days[1]).exists()
    stay = Stay.objects.get()
    actions.end_exemption(stay, actor=desk.worker, on=START + 7 * WEEK, at=at(START + 7 * WEEK))
    actions.keep_slots(now=at(START + 11 * WEEK, 1))
    assert planned(cast)
    with pytest.raises(StateForbids):
        actions.end_exemption(stay, actor=desk.worker, on=START + 8 * WEEK, at=at(START + 8 * WEEK))


# The end of the stay


def test_the_stay_ends_after_the_time_to_leave_and_by_people_alone(cast: Cast, desk: Desk) -> None:
    stay_in(cast, desk)
    last = refused(cast)
    assert last == term(cast, "RET-01").effective_due_on
    with pytest.raises(StateForbids):
        step(cast, "propose_end_of_reception", last, desk.worker)
    lapse_terms(now=at(last + DAY, 1))
    assert propose(now=at(last + DAY, 1)) >= 1
    assert (state(cast), lives_at(cast)) == ("in_reception", "north")
    step(cast, "propose_end_of_reception", last + DAY, desk.worker)
    assert (state(cast), lives_at(cast)) == ("ending", "north")
    with pytest.raises(ValidationError) as wrong:
        step(cast, "end_reception", last + DAY, desk.worker, facts={"room_checked": True})
    assert list(wrong.value.message_dict) == ["valuables_returned"]
    step(cast, "end_reception", last + 3 * DAY, desk.worker)
    assert (state(cast), lives_at(cast)) == ("ended", "")
    assert planned(cast) == [day for day in planned(cast) if day <= last + 3 * DAY]
    assert (
        not cast.procedure.deadlines.running()
        .filter(rule_code__startswith="RE")
        .exclude(rule_code__startswith="RET")
        .exists()
    )


def test_an_appeal_that_suspends_keeps_the_place(cast: Cast, desk: Desk) -> None:
    stay_in(cast, desk)
    last = refused(cast)
    involve(cast.case, role=Role.COURT, starts_on=START, actor=cast.supervisor, at=at(START))
    cast.take("lodge_appeal", date(2026, 4, 14))
    with translation.override("en"):
        reasons = [
            str(reason) for reason in unmet_reasons(cast.procedure, "propose_end_of_reception", on=last + DAY)
        ]
    assert "The court is awaited: nobody has to leave the centre." in reasons
    assert propose(now=at(last + DAY)) == 0


def test_a_stay_that_is_about_to_end_can_go_on(cast: Cast, desk: Desk) -> None:
    stay_in(cast, desk)
    last = refused(cast)
    step(cast, "propose_end_of_reception", last + DAY, desk.worker)
    with pytest.raises(ValidationError) as wrong:
        step(cast, "drop_end_of_reception", last + 2 * DAY, desk.worker, reason="")
    assert list(wrong.value.message_dict) == ["reason"]
    step(cast, "drop_end_of_reception", last + 2 * DAY, desk.worker)
    assert (state(cast), lives_at(cast)) == ("in_reception", "north")


def test_a_child_alone_never_leaves_by_a_date_alone(cast: Cast, desk: Desk) -> None:
    Case.objects.filter(pk=cast.case.pk).update(unaccompanied_minor=True)
    applicant = cast.case.applicant
    applicant.birth_year, applicant.birth_month, applicant.birth_day = 2009, 1, 5
    applicant.save()
    appoint_guardian(
        cast.case, guardian=cast.guardian, starts_on=START, ends_on=None, actor=cast.supervisor, at=at(START)
    )
    stay_in(cast, desk)
    last = refused(cast)
    for ground in ("", "date", "eighteen"):
        with pytest.raises(ValidationError) as wrong:
            step(cast, "propose_end_of_reception", last + DAY, desk.worker, child_ground=ground)
        assert list(wrong.value.message_dict) == ["child_ground"]
    # The day after the birthday, not the birthday itself.
    for on, ends in ((date(2027, 1, 5), False), (date(2027, 1, 6), True)):
        if not ends:
            with pytest.raises(ValidationError):
                step(cast, "propose_end_of_reception", on, desk.worker, child_ground="eighteen")
            continue
        step(cast, "propose_end_of_reception", on, desk.worker, child_ground="eighteen")
    Reception.objects.update(child_ground="")
    with pytest.raises(StateForbids):
        step(cast, "end_reception", date(2027, 1, 7), desk.worker)
    Reception.objects.update(child_ground="eighteen")
    step(cast, "end_reception", date(2027, 1, 7), desk.worker)


# What follows from the procedure


def test_the_border_leads_to_a_closed_centre_and_back_to_a_referral(cast: Cast, desk: Desk) -> None:
    on, _begun = lead(cast, desk, desk, State.CLOSED_CENTRE)
    assert state(cast) == "closed_centre"
    with pytest.raises(StateForbids):
        refer(cast, desk, at(on, 12))
    cast.take("lift_border_measure", on + DAY)
    assert state(cast) == "referred"
    assert unmet_reasons(cast.procedure, "arrive_at_centre", on=on + DAY)
    refer(cast, desk, at(on + DAY, 12))
    assert term(cast, "REC-01").due_at == at(on + 2 * DAY, 12)
    arrive(cast, desk, at(on + DAY, 20))
    assert lives_at(cast) == "north"


def test_who_is_held_at_the_border_leaves_her_centre_and_its_reports(cast: Cast, desk: Desk) -> None:
    stay_in(cast, desk)
    on, _begun = _impose(cast)
    assert (state(cast), lives_at(cast)) == ("closed_centre", "")
    assert [day for day in planned(cast) if day >= on] == []
    # The step at the border is told once; the desk that she leaves hears of it too.
    step_taken = Notice.objects.filter(recipient=cast.applicant, kind="step_taken", created_at=at(on))
    assert step_taken.count() == 1
    assert Notice.objects.filter(recipient=desk.worker, created_at=at(on)).count() == 1


def _impose(cast: Cast) -> tuple[date, bool]:
    on = START + DAY
    cast.take("start_registration", on, hour=8)
    involve(cast.case, role=Role.BORDER_POLICE, starts_on=on, actor=cast.supervisor, at=at(on, 8))
    cast.take("impose_border_measure", on, handed_at=at(on))
    return on, True


def test_a_departure_ends_the_stay_on_its_day(cast: Cast, desk: Desk) -> None:
    stay_in(cast, desk)
    refused(cast)
    on = date(2026, 4, 20)
    cast.take("choose_voluntary_departure", on, by="applicant")
    cast.take("confirm_departure", on + DAY, by="return_officer", country="Eritrea")
    assert (state(cast), lives_at(cast), str(cast.procedure.state)) == ("ended", "", "closed")
    assert Stay.objects.get().left_on == on + DAY
    steps = Transition.objects.filter(machine="reception", name="end_with_departure")
    assert steps.get().actor.role == "system"
    assert not cast.procedure.deadlines.running().filter(rule_code__in=machine.TERMS_OF_THE_STAY).exists()


def test_who_left_for_an_unknown_destination_is_work_for_the_desk_and_a_person_ends_the_stay(
    cast: Cast, desk: Desk
) -> None:
    stay_in(cast, desk)
    refused(cast)
    on = date(2026, 4, 20)
    cast.take("record_unknown_destination", on)
    assert (state(cast), lives_at(cast)) == ("in_reception", "north")
    assert Notice.objects.filter(recipient=desk.worker, kind="work_assigned", created_at=at(on)).exists()
    step(cast, "propose_end_of_reception", on, desk.worker)
    step(cast, "end_reception", on, desk.worker)
    assert lives_at(cast) == ""


@pytest.mark.parametrize(
    ("before", "name"),
    [
        ("finish_application_interview", "begin_preparation"),
        ("begin_preparation", "complete_preparation"),
        ("close_corrections", "refer_to_extended"),
        ("start_general_procedure", "record_no_show"),
    ],
)
def test_the_desk_hears_of_what_changes_the_days_of_its_people(
    cast: Cast, desk: Desk, before: str, name: str
) -> None:
    stay_in(cast, desk)
    walk(cast, until=before)
    on = date(2026, 4, 3)
    cast.take(name, on)
    work = Notice.objects.filter(recipient=desk.worker, kind="work_assigned", created_at=at(on))
    assert work.get().context == {"path": work.get().context["path"]}
    assert news_rows(machine.current(cast.procedure))[0]["value"] == on


def test_the_desk_hears_that_an_application_was_withdrawn(cast: Cast, desk: Desk) -> None:
    stay_in(cast, desk)
    walk(cast, until="begin_preparation")
    on = date(2026, 3, 23)
    cast.take("request_withdrawal", on, by="applicant")
    assert not Notice.objects.filter(recipient=desk.worker, created_at=at(on)).exists()
    cast.take("confirm_withdrawal", on + DAY)
    assert Notice.objects.filter(
        recipient=desk.worker, kind="work_assigned", created_at=at(on + DAY)
    ).exists()


def test_where_nobody_was_referred_a_procedure_goes_its_way_without_a_trace(cast: Cast) -> None:
    walk(cast, until="close_corrections")
    cast.take("grant", GRANTED_ON)
    assert not Reception.objects.exists()
    assert not AuditEntry.objects.filter(action__startswith="stay.").exists()
