"""Arriving, leaving, planning, reporting, excusing, missing."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from asylum_portal.notices.models import Notice
from cases.models import Applicant, AuditEntry
from procedure.given import Meeting
from procedure.guards import StateForbids
from procedure.models import Appointment, RulePackage
from reception import actions, reminders
from reception.models import ReportingDuty, ReportingSlot, Stay
from reception.panels import reporting_panel
from tests.cast import Cast, at, walk
from tests.reception.conftest import START, Desk, live, slot_on

State, Reason = ReportingSlot.State, ReportingSlot.Reason
DAY = timedelta(days=1)


def states(cast: Cast) -> list[tuple[str, str]]:
    slots = ReportingSlot.objects.of(cast.case.applicant).order_by("on")
    return [(slot.on.isoformat(), str(slot.state)) for slot in slots]


def acts(cast: Cast) -> list[str]:
    entries = AuditEntry.objects.filter(case=cast.case).order_by("sequence")
    return [entry.action for entry in entries if entry.action.startswith(("reporting.", "stay."))]


# Arriving and planning


def test_who_arrives_reads_at_once_when_to_come_in_four_weeks(cast: Cast, desk: Desk) -> None:
    slots = live(cast, desk, weekday=3)
    assert [slot.on for slot in slots] == [date(2026, 3, 18) + n * 7 * DAY for n in range(4)]
    assert {slot.state for slot in slots} == {State.PLANNED}
    assert Stay.objects.get().centre == desk.centre
    assert acts(cast) == ["stay.arrive"] + ["reporting.plan"] * 4


def test_the_week_of_kings_day_moves_and_keeps_its_reason(cast: Cast, desk: Desk) -> None:
    live(cast, desk, weekday=1)
    actions.keep_slots(now=at(date(2026, 4, 6)))
    slot = slot_on(date(2026, 4, 28))
    assert slot.moved_over == [{"date": "2026-04-27", "name": "King's Day"}]
    assert (slot.iso_year, slot.iso_week) == (2026, 18)


def test_planning_again_plans_nothing_twice(cast: Cast, desk: Desk) -> None:
    live(cast, desk)
    assert actions.keep_slots(now=at(START, 12)) == (0, 0)
    assert actions.keep_slots(now=at(START + 7 * DAY, 12))[0] == 1
    assert actions.keep_slots(now=at(START + 7 * DAY, 13))[0] == 0
    assert ReportingSlot.objects.count() == 5


def test_who_arrives_on_friday_is_not_asked_for_the_monday_before(cast: Cast, desk: Desk) -> None:
    slots = live(cast, desk, weekday=1, on=START + 4 * DAY)
    assert slots[0].on == START + 7 * DAY
    assert len(slots) == 3


@pytest.mark.parametrize("weekday", [0, 6, 7])
def test_a_weekend_is_no_weekday_to_report_on(cast: Cast, desk: Desk, weekday: int) -> None:
    with pytest.raises(ValidationError) as refusal:
        live(cast, desk, weekday=weekday)
    assert list(refusal.value.message_dict) == ["weekday"]
    assert not Stay.objects.exists()


def test_a_year_without_data_plans_nothing_and_the_arrival_stands(cast: Cast, desk: Desk) -> None:
    far = date(2031, 3, 3)
    assert live(cast, desk, on=far) == []
    assert Stay.objects.get().arrived_on == far
    timetable, problems = actions.timetable_from(far)
    assert timetable == {}
    assert [problem.year for problem in problems] == [2031]
    # The last week that is known is planned, the next one is not.
    timetable, problems = actions.timetable_from(date(2028, 12, 18))
    assert {week.number for week, _weekday in timetable} == {51, 52}
    assert [problem.year for problem in problems] == [2029]


def test_without_a_rule_package_nothing_is_planned(cast: Cast, desk: Desk) -> None:
    before_the_law = date(2021, 3, 1)
    assert not RulePackage.objects.in_force(on=before_the_law).exists()
    assert live(cast, desk, on=before_the_law) == []


def test_arriving_twice_at_the_same_centre_changes_nothing(cast: Cast, desk: Desk) -> None:
    live(cast, desk)
    before = states(cast)
    live(cast, desk, on=START + DAY)
    assert states(cast) == before
    assert Stay.objects.count() == 1
    assert ReportingDuty.objects.count() == 1


def test_another_weekday_holds_from_the_next_week_with_one_report_in_each(cast: Cast, desk: Desk) -> None:
    live(cast, desk, weekday=2)
    live(cast, desk, weekday=4, on=START)
    standing = [slot.on for slot in ReportingSlot.objects.order_by("on") if slot.state == State.PLANNED]
    assert standing == [date(2026, 3, 17), date(2026, 3, 26), date(2026, 4, 2), date(2026, 4, 9)]
    assert ReportingSlot.objects.filter(state=State.EXEMPT, reason=Reason.OTHER_DAY).count() == 3
    assert actions.keep_slots(now=at(START, 12)) == (0, 0)


def test_a_move_ends_the_duty_at_the_old_centre_and_keeps_one_report_a_week(
    cast: Cast, desk: Desk, other_desk: Desk
) -> None:
    live(cast, desk, weekday=1)
    actions.report(slot_on(START), actor=desk.worker, at=at(START))
    live(cast, other_desk, weekday=5, on=START + 2 * DAY)
    old, new = Stay.objects.order_by("arrived_on")
    assert (old.left_on, new.left_on) == (START + 2 * DAY, None)
    planned = ReportingSlot.objects.planned().order_by("on")
    # She has reported this week already.
    assert [slot.on for slot in planned] == [date(2026, 3, 27), date(2026, 4, 2), date(2026, 4, 10)]
    assert {slot.duty.stay.centre for slot in planned} == {other_desk.centre}
    actions.keep_slots(now=at(START + 2 * DAY, 12))
    assert ReportingSlot.objects.planned().count() == 3


def test_who_has_left_is_neither_asked_nor_missed(cast: Cast, desk: Desk) -> None:
    live(cast, desk, weekday=3)
    actions.leave(cast.case.applicant, actor=desk.worker, on=START + DAY, at=at(START + DAY))
    assert {state for _on, state in states(cast)} == {State.EXEMPT}
    assert actions.keep_slots(now=at(START + 30 * DAY)) == (0, 0)
    assert actions.leave(cast.case.applicant, actor=desk.worker, on=START, at=at(START)) is None


def test_nobody_leaves_before_arriving(cast: Cast, desk: Desk) -> None:
    live(cast, desk)
    with pytest.raises(ValidationError) as refusal:
        actions.leave(cast.case.applicant, actor=desk.worker, on=START - DAY, at=at(START))
    assert list(refusal.value.message_dict) == ["on"]
    assert Stay.objects.get().left_on is None


def test_somebody_without_a_case_reports_too(cast: Cast, desk: Desk) -> None:
    person = Applicant.objects.create(
        v_number="V9", name="Nobody's Case", reading_language="en", interpreter_language="English"
    )
    actions.arrive(person, desk.centre, 1, actor=desk.worker, on=START, at=at(START))
    actions.report(slot_on(START), actor=desk.worker, at=at(START, 11))
    assert AuditEntry.objects.filter(case=None, action="reporting.report").count() == 1
    actions.keep_slots(now=at(START + 8 * DAY))
    assert slot_on(START + 7 * DAY).state == State.MISSED


# Reporting and excusing


def test_reporting_twice_is_harmless(cast: Cast, desk: Desk) -> None:
    slot = live(cast, desk)[0]
    first = actions.report(slot, actor=desk.worker, at=at(START, 10))
    second = actions.report(slot, actor=desk.worker, at=at(START, 11))
    assert (first.state, second.settled_at) == (State.REPORTED, at(START, 10))
    assert acts(cast).count("reporting.report") == 1


def test_a_report_counts_on_any_day_of_its_week_and_not_before(cast: Cast, desk: Desk) -> None:
    friday = live(cast, desk, weekday=5)[0]
    actions.report(friday, actor=desk.worker, at=at(START, 10))
    with translation.override("en"), pytest.raises(StateForbids) as refusal:
        actions.report(slot_on(date(2026, 3, 27)), actor=desk.worker, at=at(date(2026, 3, 22), 10))
    assert "27 March 2026" in refusal.value.reasons[0]


def test_a_missed_report_can_be_put_right(cast: Cast, desk: Desk) -> None:
    first, second, *_ = live(cast, desk)
    actions.keep_slots(now=at(START + 8 * DAY))
    assert [state for _on, state in states(cast)][:2] == [State.MISSED] * 2
    actions.report(first, actor=desk.worker, at=at(START + 8 * DAY))
    actions.excuse(second, reason=Reason.ILL, actor=desk.worker, at=at(START + 8 * DAY))
    assert [state for _on, state in states(cast)][:2] == [State.REPORTED, State.EXCUSED]


def test_an_excuse_is_one_of_a_few_codes(cast: Cast, desk: Desk) -> None:
    slot = live(cast, desk)[0]
    for reason in ("", "broken leg", Reason.LEFT, Reason.EXEMPTED):
        with pytest.raises(ValidationError) as refusal:
            actions.excuse(slot, reason=reason, actor=desk.worker, at=at(START))
        assert list(refusal.value.message_dict) == ["reason"]
    actions.excuse(slot, reason=Reason.ILL, actor=desk.worker, at=at(START))
    actions.excuse(slot, reason=Reason.ILL, actor=desk.worker, at=at(START, 12))
    assert acts(cast).count("reporting.excuse") == 1


def test_who_is_exempt_cannot_be_reported_or_excused(cast: Cast, desk: Desk) -> None:
    slot = live(cast, desk)[0]
    actions.exempt(slot, actor=desk.worker, at=at(START))
    actions.exempt(slot, actor=desk.worker, at=at(START, 12))
    with pytest.raises(StateForbids):
        actions.report(slot, actor=desk.worker, at=at(START))
    with pytest.raises(StateForbids):
        actions.excuse(slot, reason=Reason.ILL, actor=desk.worker, at=at(START))
    assert slot_on(START).state == State.EXEMPT


# Missing


def test_a_day_is_missed_from_its_last_second_on(cast: Cast, desk: Desk) -> None:
    live(cast, desk)
    assert actions.mark_missed(now=at(START, 23, 59)) == 0
    assert actions.mark_missed(now=at(START + DAY, 0)) == 1
    assert actions.mark_missed(now=at(START + DAY, 1)) == 0
    assert slot_on(START).state == State.MISSED


def test_a_missed_report_never_changes_the_case(cast: Cast, desk: Desk) -> None:
    live(cast, desk)
    before = (cast.procedure.state, cast.procedure.transitions.count(), cast.procedure.deadlines.count())
    actions.keep_slots(now=at(START + 30 * DAY))
    cast.procedure.refresh_from_db()
    assert before == (
        cast.procedure.state,
        cast.procedure.transitions.count(),
        cast.procedure.deadlines.count(),
    )
    assert ReportingSlot.objects.filter(state=State.MISSED).count() == 4


def test_the_database_refuses_pairs_that_the_machine_does_not_know(cast: Cast, desk: Desk) -> None:
    slot = live(cast, desk)[0]
    actions.report(slot, actor=desk.worker, at=at(START))
    for state in (State.PLANNED, State.MISSED, State.EXCUSED, "elsewhere"):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReportingSlot.objects.filter(pk=slot.pk).update(state=state, reason="")
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportingSlot.objects.create(
            duty=slot.duty,
            iso_year=2030,
            iso_week=1,
            on=START,
            due_at=at(START),
            opened_at=at(START),
            state=State.REPORTED,
        )


def test_the_database_allows_what_the_machine_allows() -> None:
    from importlib import import_module

    pairs = import_module("reception.migrations.0002_held_by_the_database").ALLOWED_PAIRS
    machine = {
        (str(source), str(step.target))
        for name in ("report", "excuse", "exempt", "miss")
        for source, step in getattr(ReportingSlot, name)._django_fsm.transitions.items()
    }
    assert set(pairs) == machine


# Interviews


def test_an_interview_on_the_day_excuses_the_report(cast: Cast, desk: Desk) -> None:
    live(cast, desk, weekday=4)
    walk(cast, until="start_registration")
    thursday = date(2026, 3, 19)
    cast.take(
        "lodge_application",
        date(2026, 3, 17),
        appointment=Meeting(starts_at=at(thursday, 9), place="Ter Apel"),
    )
    slot = slot_on(thursday)
    assert (slot.state, slot.reason, slot.next_reminder_at) == (State.EXCUSED, Reason.INTERVIEW, None)
    assert slot_on(thursday + 7 * DAY).state == State.PLANNED
    assert AuditEntry.objects.get(action="reporting.excuse").actor == cast.caseworker


def test_day_one_of_the_general_procedure_excuses_the_report(cast: Cast, desk: Desk) -> None:
    live(cast, desk, weekday=3)
    walk(cast, until="start_general_procedure")
    assert slot_on(date(2026, 4, 1)).reason == Reason.INTERVIEW
    assert slot_on(date(2026, 3, 25)).state == State.PLANNED


@pytest.mark.parametrize("kind", ["APPT-AAN", "APPT-NG", "APPT-VA", "APPT-DUB", "APPT-HASA"])
def test_who_was_at_an_interview_of_any_procedure_has_missed_no_report(
    cast: Cast, desk: Desk, kind: str
) -> None:
    slot = live(cast, desk)[0]
    Appointment.objects.create(procedure=cast.procedure, kind=kind, starts_at=at(START, 9), place="Zwolle")
    actions.mark_missed(now=at(START + DAY, 1))
    slot.refresh_from_db()
    assert (slot.state, slot.reason) == (State.EXCUSED, Reason.INTERVIEW)


def test_a_dublin_interview_excuses_the_report_when_it_is_planned(cast: Cast, desk: Desk) -> None:
    live(cast, desk, weekday=2)
    walk(cast, until="finish_application_interview")
    tuesday = date(2026, 3, 24)
    meeting = Meeting(starts_at=at(tuesday, 9), place="Zwolle")
    cast.take("refer_to_dublin", date(2026, 3, 19), appointment=meeting)
    assert slot_on(tuesday).reason == Reason.INTERVIEW


def test_an_interview_that_was_planned_first_excuses_the_report_when_that_is_planned(
    cast: Cast, desk: Desk
) -> None:
    walk(cast, until="start_registration")
    thursday = date(2026, 3, 26)
    cast.take(
        "lodge_application",
        date(2026, 3, 17),
        appointment=Meeting(starts_at=at(thursday, 9), place="Ter Apel"),
    )
    slots = live(cast, desk, weekday=4, on=date(2026, 3, 18))
    assert [slot.state for slot in slots][:2] == [State.PLANNED, State.EXCUSED]


# The two readings of the Rva: switches of the package


def switch(**settings: object) -> None:
    """The package with some of its switches in another position."""
    RulePackage.objects.filter(pk="nl-2021").update(
        changes=[
            {"kind": "setting", "key": key, "value": value, "source": "Rva 19(2)", "confidence": "P"}
            for key, value in settings.items()
        ]
    )


def in_preparation(cast: Cast) -> None:
    walk(cast, until="begin_preparation")


def test_where_the_rules_exempt_nobody_reports_in_preparation_and_the_general_procedure(
    cast: Cast, desk: Desk
) -> None:
    switch(reporting_exempt_in_preparation_and_general=True)
    monday = START + 7 * DAY
    live(cast, desk)
    actions.report(slot_on(START), actor=desk.worker, at=at(START))
    in_preparation(cast)
    actions.keep_slots(now=at(monday - DAY, 1))
    slot = slot_on(monday)
    assert (slot.state, slot.reason, slot.next_reminder_at) == (State.EXEMPT, Reason.EXEMPTED, None)
    # The weeks after it wait: by then she may be elsewhere in the procedure.
    assert slot_on(monday + 7 * DAY).state == State.PLANNED
    entry = AuditEntry.objects.filter(action="reporting.exempt").get()
    assert entry.actor.role == "system"
    actions.keep_slots(now=at(monday + DAY, 1))
    assert slot_on(monday).state == State.EXEMPT


def test_after_the_days_of_the_general_procedure_there_is_a_report_again(cast: Cast, desk: Desk) -> None:
    switch(reporting_exempt_in_preparation_and_general=True)
    live(cast, desk)
    walk(cast, until="close_corrections")
    cast.take("refer_to_extended", date(2026, 4, 3))
    actions.keep_slots(now=at(date(2026, 4, 8), 1))
    assert slot_on(date(2026, 4, 7)).state == State.MISSED


def test_where_the_rules_exempt_nobody_is_reminded_although_the_sweep_is_late(cast: Cast, desk: Desk) -> None:
    switch(reporting_exempt_in_preparation_and_general=True)
    live(cast, desk)
    in_preparation(cast)
    monday = START + 7 * DAY
    reminders.remind_of_due(now=at(monday, 8, 1))
    assert not Notice.objects.filter(about=f"slot:{slot_on(monday).pk}").exists()
    assert reporting_panel(cast.applicant, today=monday)["next"] is None


def test_without_the_switch_people_report_in_preparation_as_the_page_says(cast: Cast, desk: Desk) -> None:
    live(cast, desk)
    in_preparation(cast)
    actions.keep_slots(now=at(START + 6 * DAY, 1))
    assert slot_on(START + 7 * DAY).state == State.PLANNED


def test_where_a_report_stays_on_a_closed_day_it_is_planned_there(cast: Cast, desk: Desk) -> None:
    switch(reporting_slot_on_closed_day="stays")
    live(cast, desk)
    actions.keep_slots(now=at(date(2026, 4, 6)))
    kings_day = slot_on(date(2026, 4, 27))
    assert (kings_day.moved_over, kings_day.state) == ([], State.PLANNED)


def test_the_end_of_a_case_leaves_the_reports_alone(cast: Cast, desk: Desk) -> None:
    live(cast, desk, weekday=5)
    walk(cast, until="refuse")
    assert {state for _on, state in states(cast)} == {State.PLANNED}


def test_settling_takes_back_what_waits_to_be_told(cast: Cast, desk: Desk) -> None:
    slot = live(cast, desk)[0]
    # In the night: the mail waits for the morning.
    actions.mark_missed(now=at(START + DAY, 0, 5))
    waiting = Notice.objects.get(about=f"slot:{slot.pk}")
    assert (waiting.kind, waiting.sent_at) == ("reporting_missed", None)
    actions.report(slot, actor=desk.worker, at=at(START + DAY, 0, 10))
    waiting.refresh_from_db()
    assert waiting.suppressed_at is not None
