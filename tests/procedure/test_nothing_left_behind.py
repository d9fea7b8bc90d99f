"""When a case is decided, reopened or changes its track, nothing from before goes on without a place."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from asylum_portal.accounts.models import Role
from cases.access import relation_holds
from cases.actions import end_involvement
from procedure import machines
from procedure.actions import announce_repeat_application, available_transitions, lapse_terms, unmet_reasons
from procedure.given import Letter, Meeting
from procedure.guards import StateForbids
from procedure.models import Appointment, Deadline, Procedure
from procedure.states import Schedule, State, Track
from procedure.ticks import TICKS
from tests.cast import Cast, at
from tests.procedure.roads import given, people_on_the_road, take, walk_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def road(db: None) -> Cast:
    return people_on_the_road()


def day(month: int, number: int, year: int = 2026) -> date:
    return date(year, month, number)


def running(cast: Cast) -> dict[str, Deadline]:
    return {term.rule_code: term for term in cast.procedure.deadlines.running()}


def due(cast: Cast, code: str) -> date:
    return running(cast)[code].effective_due_on


def state_of(cast: Cast, machine: str) -> str:
    return str(machines.current(cast.procedure, machine).state)


def annul(cast: Cast, lodged: date, ruled: date) -> None:
    take(cast, "lodge_appeal", lodged)
    take(cast, "record_ruling", ruled, ruling="annulled")
    take(cast, "reopen_after_annulment", ruled, hour=17)


# Reopened


def test_a_case_that_was_refused_at_the_border_is_decided_anew_as_anywhere_else(road: Cast) -> None:
    walk_to(road, "border.ENTRY_REFUSED")
    annul(road, day(4, 10), day(5, 4))
    procedure = road.procedure
    assert (procedure.border, procedure.schedule) == (False, Schedule.SIX_DAYS)
    take(road, "issue_intended_decision", day(5, 6))
    # Four weeks and not the one of a case that is continued at the border.
    assert "BOR-03" not in running(road) and due(road, "VA-VIEW") == day(6, 3)


def test_a_request_to_withdraw_ends_with_the_decision(road: Cast) -> None:
    walk_to(road, "AA_DECISION")
    take(road, "request_withdrawal", day(4, 8))
    take(road, "refuse", day(4, 9))
    annul(road, day(4, 10), day(5, 4))
    assert unmet_reasons(road.procedure, "confirm_withdrawal", on=day(5, 6))


def test_a_statement_that_was_taken_back_withdraws_nothing_later(road: Cast) -> None:
    walk_to(road, "RVT")
    take(road, "request_withdrawal", day(3, 20), hour=10)
    take(road, "retract_withdrawal", day(3, 20), hour=11)
    with pytest.raises(ValidationError) as wrong:
        take(road, "request_withdrawal", day(3, 23), document=None)
    assert "document" in wrong.value.message_dict


def test_the_term_for_a_transfer_ends_when_the_court_annuls(road: Cast) -> None:
    walk_to(road, "REFUSED/dublin")
    annul(road, day(4, 20), day(5, 4))
    assert set(running(road)) == {"DEC-NEW"}
    assert not road.procedure.suspensions.standing().exists()


def test_the_time_for_a_new_decision_counts_from_the_ruling_that_annulled(road: Cast) -> None:
    walk_to(road, "appeal.HA_LODGED")
    take(road, "record_higher_ruling", day(6, 1), ruling="annulled")
    take(road, "reopen_after_annulment", day(6, 3))
    assert due(road, "DEC-NEW") == day(12, 1)


def test_after_the_highest_judge_has_set_the_judgment_aside_nothing_is_reopened(road: Cast) -> None:
    walk_to(road, "appeal.LODGED")
    take(road, "record_ruling", day(5, 4), ruling="annulled")
    take(road, "lodge_higher_appeal", day(5, 8), by="caseworker")
    assert unmet_reasons(road.procedure, "reopen_after_annulment", on=day(5, 11))  # it is with the judge
    take(road, "record_higher_ruling", day(6, 1), ruling="set_aside")
    assert unmet_reasons(road.procedure, "reopen_after_annulment", on=day(6, 2))


# Another track


def test_the_end_of_lengthened_days_says_nothing_of_days_planned_later(road: Cast) -> None:
    walk_to(road, "AA_CORRECTIONS")
    take(road, "extend_general_procedure", day(4, 1), hour=17)
    lapse_terms(now=at(day(5, 4), 1))
    take(road, "refer_to_dublin", day(5, 4))
    take(road, "close_dublin_interview", day(5, 6))
    take(road, "take_responsibility", day(5, 7))
    take(road, "complete_preparation", day(5, 18), day_one_on=day(5, 18))
    take(road, "start_general_procedure", day(5, 18))
    assert due(road, "AA-INT") == day(5, 18)
    take(road, "close_interview", day(5, 18), hour=17)
    assert not unmet_reasons(road.procedure, "extend_general_procedure", on=day(5, 19))


def test_nothing_stands_still_for_days_that_were_left(road: Cast) -> None:
    walk_to(road, "AA_INTERVIEW")
    take(road, "record_no_show", day(4, 1), hour=17)
    take(road, "refer_to_extended", day(4, 3))
    assert not road.procedure.suspensions.standing().exists()


def test_day_1_does_not_begin_while_it_stands_still(road: Cast) -> None:
    walk_to(road, "aside.READY_EARLY")
    take(road, "record_no_show", day(3, 30))
    assert unmet_reasons(road.procedure, "start_general_procedure", on=day(4, 1))


def test_whoever_was_released_has_four_weeks_to_respond(road: Cast) -> None:
    walk_to(road, "VA_ASSESSMENT")
    take(road, "issue_intended_decision", day(4, 14), detained=True)
    assert due(road, "VW-DET") == day(4, 28)
    take(road, "file response", day(4, 16))
    take(road, "close_response", day(4, 16), hour=17)
    take(road, "reconsider", day(4, 20))
    assert "VW-DET" not in running(road) and due(road, "VA-VIEW") == day(5, 18)


def test_article_1f_can_show_at_the_interview_and_is_remembered_at_a_repeat_application(road: Cast) -> None:
    walk_to(road, "AA_INTERVIEW")
    take(road, "close_interview", day(4, 1), senior_decides=True)
    take(road, "request_withdrawal", day(4, 2))
    take(road, "confirm_withdrawal", day(4, 3))
    take(road, "announce_repeat_application", day(6, 1))
    assert road.procedure.senior_decides


@pytest.mark.parametrize("name", ["refer_to_dublin", "refer_to_extended", "confirm_withdrawal"])
def test_nobody_is_sent_to_an_interview_that_will_not_be_held(road: Cast, name: str) -> None:
    walk_to(road, "AA_INTERVIEW")
    Appointment.objects.create(
        procedure=road.procedure, kind="APPT-NG", starts_at=at(day(4, 13), 9), place="IND Zwolle"
    )
    take(road, "request_withdrawal", day(4, 2))
    take(road, name, day(4, 3))
    assert not road.procedure.appointments.standing().filter(kind="APPT-NG").exists()


def test_another_day_1_takes_the_place_of_the_interview_that_was_announced(road: Cast) -> None:
    walk_to(road, "RVT")
    first, second = Meeting(at(day(4, 1), 9), "Zwolle"), Meeting(at(day(4, 8), 9), "Zwolle")
    take(road, "complete_preparation", day(3, 27), day_one_on=day(4, 1), appointment=first)
    with pytest.raises(ValidationError) as wrong:
        take(road, "announce_other_day_one", day(3, 30), day_one_on=day(4, 8), appointment=first)
    assert "meeting_at" in wrong.value.message_dict
    take(road, "announce_other_day_one", day(3, 30), day_one_on=day(4, 8), appointment=second)
    standing = road.procedure.appointments.standing().filter(kind="APPT-NG")
    assert [timezone.localdate(meeting.starts_at) for meeting in standing] == [day(4, 8)]
    assert timezone.localdate(running(road)["RVT-03"].due_at) == day(4, 8)


# Which day something counts from


def test_no_answer_counts_as_a_yes_from_the_day_after_the_time_for_it(road: Cast) -> None:
    walk_to(road, "DUBLIN_CLAIM")
    take(road, "send_claim", day(3, 25))
    assert due(road, "DUB-02") == day(4, 28)  # a month ends on Saturday 25 April; Monday is King's Day
    take(road, "accept_claim", day(6, 10), by_default=True)
    assert due(road, "DUB-04") == day(10, 29)


@pytest.mark.parametrize("accepted_on", [day(3, 24), day(12, 31)])
def test_a_claim_is_accepted_after_it_was_sent_and_not_in_the_future(road: Cast, accepted_on: date) -> None:
    walk_to(road, "DUBLIN_CLAIM")
    take(road, "send_claim", day(3, 25))
    facts = given(road, "accept_claim", day(4, 7))["facts"] | {"accepted_on": accepted_on}
    with pytest.raises(ValidationError) as wrong:
        take(road, "accept_claim", day(4, 7), facts=facts)
    assert "accepted_on" in wrong.value.message_dict


def test_six_months_count_from_the_day_after_the_transfer_term_however_late_that_is_written_down(
    road: Cast,
) -> None:
    walk_to(road, "REFUSED/dublin")
    assert due(road, "DUB-04") == day(10, 7)
    take(road, "record_lapsed_transfer", day(12, 14))
    assert road.procedure.responsible_on == day(10, 8)
    assert due(road, "DEC-06M") == day(4, 8, 2027)
    # Rest and preparation begin when the person hears of it.
    assert due(road, "RVT-01") == day(12, 21)


def test_the_day_on_which_the_country_was_found_responsible_can_lie_before_its_record(road: Cast) -> None:
    walk_to(road, "DUBLIN_CLAIM")
    with pytest.raises(ValidationError) as wrong:
        take(road, "take_responsibility", day(4, 7), responsible_on=day(4, 8))
    assert "responsible_on" in wrong.value.message_dict
    take(road, "take_responsibility", day(4, 7), responsible_on=day(4, 2))
    assert due(road, "DEC-06M") == day(10, 2)


# The court and the time to leave


def test_the_letter_of_a_refusal_dates_the_appeal_and_not_the_time_to_leave(road: Cast) -> None:
    walk_to(road, "AA_DECISION")
    take(road, "refuse", day(4, 9), letter=Letter(day(4, 17), "sent on Friday"))
    assert (due(road, "APP-1W"), due(road, "RET-01"), due(road, "REC-03")) == (
        day(4, 17),
        day(5, 7),
        day(5, 7),
    )


def test_a_decision_can_name_the_last_day_to_leave(road: Cast) -> None:
    walk_to(road, "AA_DECISION")
    facts = given(road, "refuse", day(4, 9))["facts"]
    for until in (day(4, 8), day(4, 20)):
        both = {"leave_until_on": until, "leave_at_once": until == day(4, 20)}
        with pytest.raises(ValidationError) as wrong:
            take(road, "refuse", day(4, 9), facts=facts | both)
        assert "leave_until_on" in wrong.value.message_dict
    take(road, "refuse", day(4, 9), facts=facts | {"leave_until_on": day(4, 20)})
    assert (due(road, "RET-01"), due(road, "RET-03"), due(road, "APP-1W")) == (
        day(4, 20),
        day(4, 20),
        day(4, 16),
    )


def test_a_date_of_a_letter_that_is_no_terms_is_refused_and_not_forgotten(road: Cast) -> None:
    walk_to(road, "RVT")
    with pytest.raises(ValidationError) as wrong:
        take(road, "request_withdrawal", day(3, 20), letter=Letter(day(5, 1), "why not"))
    assert "letter_due_on" in wrong.value.message_dict


@pytest.mark.parametrize(
    ("place", "name", "code"),
    [("HASA_NOTIFIED", "find_incomplete", "HAS-01"), ("AA_INTERVIEW", "record_no_show", "NOS-01")],
)
def test_the_letter_gives_the_time_to_explain_and_to_complete(
    road: Cast, place: str, name: str, code: str
) -> None:
    walk_to(road, place)
    last = road.procedure.last_event_on()
    assert last is not None
    take(road, name, last, letter=Letter(last + timedelta(days=40), "as the letter says"), hour=17)
    assert due(road, code) == last + timedelta(days=40)


def test_a_judgment_on_the_appeal_answers_the_request_for_a_measure_too(road: Cast) -> None:
    walk_to(road, "appeal.LODGED")
    take(road, "request_provisional_measure", day(4, 16))
    take(road, "record_ruling", day(5, 4))
    assert not unmet_reasons(road.procedure, "resume_departure_term", on=day(5, 4))


def test_the_time_to_leave_waits_for_the_court_also_under_guidance(road: Cast) -> None:
    walk_to(road, "REFUSED/general")
    take(road, "begin_departure_guidance", day(4, 13))
    take(road, "lodge_appeal", day(4, 15))
    assert {running(road)[code].state for code in ("RET-01", "RET-03", "REC-03")} == {"suspended"}
    take(road, "record_ruling", day(5, 4))
    assert {running(road)[code].state for code in ("RET-01", "RET-03", "REC-03")} == {"open"}


def test_no_time_to_leave_stays_no_time_after_the_court(road: Cast) -> None:
    walk_to(road, "AA_DECISION")
    facts = given(road, "refuse", day(4, 9))["facts"] | {"leave_at_once": True}
    take(road, "refuse", day(4, 9), facts=facts)
    take(road, "lodge_appeal", day(4, 10))
    take(road, "record_ruling", day(5, 11))
    take(road, "resume_departure_term", day(5, 11), hour=17)
    assert due(road, "RET-01") == day(5, 11)


def test_the_time_to_leave_counts_from_the_ruling_on_the_decision_that_stands(road: Cast) -> None:
    walk_to(road, "AA_DECISION")
    take(road, "refuse", day(4, 9))
    annul(road, day(4, 15), day(5, 4))
    take(road, "issue_intended_decision", day(5, 6))
    take(road, "file response", day(5, 11))
    take(road, "close_response", day(5, 11), hour=17)
    take(road, "refuse", day(5, 18), outcome="MANIFESTLY_UNFOUNDED")
    take(road, "request_provisional_measure", day(5, 20))
    take(road, "lodge_appeal", day(5, 20), hour=17)
    take(road, "record_provisional_ruling", day(7, 15))
    assert due(road, "RET-01") == day(8, 12)


def test_a_second_way_to_court_waits_for_the_end_of_the_first(road: Cast) -> None:
    walk_to(road, "family.FR_REFUSED")
    appeal = running(road)["APP-4W"]
    for name, on in (
        ("announce_permit", day(6, 1)),
        ("hand_out_permit", day(6, 2)),
        ("intend_permit_withdrawal", day(6, 3)),
        ("file response", day(6, 4)),
        ("close_withdrawal_response", day(6, 4)),
        ("plan_withdrawal_hearing", day(6, 5)),
    ):
        take(road, name, on, hour=17 if name.startswith("close") else 16)
    assert unmet_reasons(road.procedure, "withdraw_permit", on=appeal.effective_due_on)
    assert not unmet_reasons(
        road.procedure, "withdraw_permit", on=appeal.effective_due_on + timedelta(days=1)
    )


def test_code_98_is_no_matter_of_an_appeal_about_the_family(road: Cast) -> None:
    walk_to(road, "family.FR_REFUSED")
    with pytest.raises(ValidationError) as wrong:
        take(road, "make_final", day(7, 13), no_right_of_residence=True)
    assert "no_right_of_residence" in wrong.value.message_dict


def test_no_repeat_application_begins_while_the_court_can_still_be_asked(road: Cast) -> None:
    walk_to(road, "REFUSED/general")
    name = "announce_repeat_application"
    inputs: dict[str, Any] = {
        "document": road.letter(name),
        "facts": dict.fromkeys([*TICKS[name], "in_person"], 1),
    }
    for on in (day(4, 16), day(4, 17)):
        if on == day(4, 16):
            with pytest.raises(StateForbids):
                announce_repeat_application(road.case, actor=road.lawyer, on=on, at=at(on, 12), **inputs)
        else:
            new = announce_repeat_application(road.case, actor=road.lawyer, on=on, at=at(on, 12), **inputs)
            assert new.track == Track.REPEAT
    # And a judgment that comes all the same cannot bring two applications about.
    old = Procedure.objects.exclude(pk=new.pk).get(case=road.case)
    road.procedure = old
    take(road, "lodge_appeal", day(4, 20))
    take(road, "record_ruling", day(5, 4), ruling="annulled")
    assert unmet_reasons(old, "reopen_after_annulment", on=day(5, 6))


# The border, to the minute


def refused_at_the_border(cast: Cast, *, hour: int) -> None:
    """On the last of the four weeks, which end at nine in the morning."""
    walk_to(cast, "border.READY")
    for name, on in (
        ("announce_other_day_one", day(4, 9)),
        ("start_general_procedure", day(4, 9)),
        ("close_interview", day(4, 9)),
        ("file corrections", day(4, 10)),
        ("close_corrections", day(4, 10)),
        ("issue_intended_decision", day(4, 11)),
        ("file response", day(4, 12)),
        ("close_response", day(4, 12)),
    ):
        take(cast, name, on)
    take(cast, "refuse", day(4, 14), hour=hour, outcome="MANIFESTLY_UNFOUNDED")


@pytest.mark.parametrize(("hour", "refused_in_time"), [(8, True), (10, False)])
def test_entry_is_refused_by_a_decision_before_the_last_minute_alone(
    road: Cast, hour: int, refused_in_time: bool
) -> None:
    refused_at_the_border(road, hour=hour)
    lapse_terms(now=at(day(4, 14), 12))
    assert bool(unmet_reasons(road.procedure, "refuse_entry", on=day(4, 14))) != refused_in_time
    assert bool(unmet_reasons(road.procedure, "record_entry_by_law", on=day(4, 14))) == refused_in_time


def announced_at_the_border(cast: Cast, day_one_on: date) -> None:
    """Day 1 at the border is announced, and has not come."""
    walk_to(cast, "border.IMPOSED")
    for name, on in (
        ("start_registration", day(3, 17)),
        ("lodge_application", day(3, 17)),
        ("start_application_interview", day(3, 19)),
        ("finish_application_interview", day(3, 19)),
        ("begin_preparation", day(3, 19)),
    ):
        take(cast, name, on)
    take(cast, "complete_preparation", day(3, 27), day_one_on=day_one_on)


def test_days_announced_for_the_border_are_planned_anew_when_it_is_left(road: Cast) -> None:
    announced_at_the_border(road, day(4, 2))
    assert [row.on for row in road.procedure.days.all()][2:4] == [day(4, 4), day(4, 5)]
    take(road, "lift_border_measure", day(3, 30))
    assert [row.on for row in road.procedure.days.all()][2:4] == [day(4, 7), day(4, 8)]


def test_a_saturday_that_was_day_1_at_the_border_is_none_anywhere_else(road: Cast) -> None:
    announced_at_the_border(road, day(4, 4))
    take(road, "lift_border_measure", day(3, 30))
    assert all(row.stands_still for row in road.procedure.days.all())
    assert unmet_reasons(road.procedure, "start_general_procedure", on=day(4, 4))
    take(road, "announce_other_day_one", day(3, 31), day_one_on=day(4, 7))
    assert road.procedure.days.get(number=1).on == day(4, 7)


def test_entry_by_law_lets_the_days_stand_still_until_the_person_is_told(road: Cast) -> None:
    walk_to(road, "border.READY")
    take(road, "announce_other_day_one", day(4, 9), day_one_on=day(4, 9))
    take(road, "start_general_procedure", day(4, 9))
    take(road, "close_interview", day(4, 9), hour=17)
    take(road, "extend_general_procedure", day(4, 10))
    lapse_terms(now=at(day(4, 14), 12))
    take(road, "record_entry_by_law", day(4, 14))
    assert running(road)["AA-EXT"].state == "suspended"
    assert running(road)["BOR-02"].effective_due_on == day(4, 16)


# Who sees and holds what


def test_the_withdrawal_of_a_permit_opens_the_case_to_no_municipality(road: Cast) -> None:
    walk_to(road, "permit.WITHDRAWAL_HEARING")
    end_involvement(
        road.case, role=Role.MUNICIPALITY, on=day(5, 19), actor=road.supervisor, at=at(day(5, 19), 9)
    )
    take(road, "withdraw_permit", day(6, 1))
    assert not relation_holds(road.municipality, road.case, on=day(6, 1))


def test_a_lawyer_is_looked_for_when_a_permit_may_be_withdrawn(road: Cast) -> None:
    walk_to(road, "permit.ACTIVE")
    end_involvement(
        road.case, role=Role.LEGAL_AID, on=day(4, 27), actor=road.supervisor, at=at(day(4, 27), 9)
    )
    road.case.mandates.all().delete()
    take(road, "intend_permit_withdrawal", day(5, 4))
    assert relation_holds(road.legal_aid, road.case, on=day(5, 4))
    assert "assign_lawyer" in available_transitions(road.procedure, road.legal_aid, on=day(5, 4))


def test_the_permit_says_whether_the_w_document_came_back(road: Cast) -> None:
    walk_to(road, "permit.READY")
    facts = dict.fromkeys(TICKS["hand_out_permit"], True)
    take(road, "hand_out_permit", day(4, 24), facts=facts, reason="lost, and reported to the police")
    assert not machines.current(road.procedure, "permit").w_document_returned


def test_a_departure_ends_the_terms_of_a_transfer(road: Cast) -> None:
    walk_to(road, "REFUSED/dublin")
    take(road, "confirm_departure", day(4, 27))
    assert road.procedure.state == State.CLOSED and not running(road)


def test_nothing_runs_any_more_for_what_was_stopped_or_never_taken_up(road: Cast) -> None:
    walk_to(road, "HASA_INCOMPLETE")
    take(road, "record_no_show", day(5, 6), hour=17)
    take(road, "refuse_incomplete", day(5, 18))
    assert set(running(road)) == {"APP-1W", "APP-PROV", "RET-01", "RET-03"}
    assert state_of(road, "return") == "term_running"
