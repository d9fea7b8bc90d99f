"""Two at the same moment, on real connections: one winner, nothing doubled."""

from datetime import timedelta

import pytest

from asylum_portal.notices.models import Notice
from cases.models import AuditEntry
from procedure.given import Meeting
from procedure.guards import StateForbids
from procedure.models import Deadline, Transition
from reception import actions, reminders, steps
from reception.models import Reception, ReportingSlot, Stay
from tests.cast import Cast, at, make_cast
from tests.reception.conftest import START, Desk, live, make_desk
from tests.reception.stays import arrive, refer, refused, stay_in
from tests.together import together

State = ReportingSlot.State
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast(on=START)


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return make_desk("north", cast.people["reception"])


def acts_of(slot: ReportingSlot) -> list[str]:
    return list(
        AuditEntry.objects.filter(target=f"reportingslot:{slot.pk}")
        .order_by("sequence")
        .values_list("action", flat=True)
    )


def test_two_desks_check_in_the_same_person(cast: Cast, desk: Desk) -> None:
    for slot in live(cast, desk)[:3]:
        now = at(slot.on, 10)
        answers = together(
            *[lambda slot=slot, now=now: actions.report(slot, actor=desk.worker, at=now) for _ in range(4)]
        )
        assert {str(answer.state) for answer in answers} == {State.REPORTED}
        assert acts_of(slot) == ["reporting.plan", "reporting.report"]


def test_seen_and_excused_at_once_has_one_winner(cast: Cast, desk: Desk) -> None:
    for slot in live(cast, desk):
        now = at(slot.on, 10)
        answers = together(
            lambda slot=slot, now=now: actions.report(slot, actor=desk.worker, at=now),
            lambda slot=slot, now=now: actions.excuse(slot, reason="ill", actor=desk.worker, at=now),
        )
        refused = [answer for answer in answers if isinstance(answer, StateForbids)]
        assert len(refused) == 1, answers
        assert len(acts_of(slot)) == 2


def test_five_sweeps_at_once_plan_miss_and_tell_once(cast: Cast, desk: Desk) -> None:
    live(cast, desk)
    later = at(START + 7 * DAY, 9)
    together(*[lambda: actions.keep_slots(now=later)] * 5)
    together(*[lambda: reminders.remind_of_due(now=later)] * 5)
    weeks = list(ReportingSlot.objects.values_list("iso_year", "iso_week"))
    assert len(weeks) == len(set(weeks)) == 5
    missed = ReportingSlot.objects.get(state=State.MISSED)
    assert acts_of(missed) == ["reporting.plan", "reporting.miss"]
    kinds = list(Notice.objects.filter(about=f"slot:{missed.pk}").values_list("kind", flat=True))
    assert sorted(kinds) == ["reporting_missed", "staff_reporting_missed"]


def test_two_desks_take_in_the_same_person(cast: Cast, desk: Desk) -> None:
    south = make_desk("south")
    together(
        lambda: live(cast, desk, weekday=2),
        lambda: live(cast, south, weekday=4),
    )
    assert Stay.objects.filter(left_on=None).count() == 1
    weeks = list(ReportingSlot.objects.planned().values_list("iso_year", "iso_week"))
    assert len(weeks) == len(set(weeks)) == 4


def test_a_step_with_an_interview_and_the_desk_do_not_block_each_other(cast: Cast, desk: Desk) -> None:
    thursday = START + 3 * DAY
    slot = live(cast, desk, weekday=4)[0]
    cast.take("start_registration", START + DAY)
    answers = together(
        lambda: cast.take(
            "lodge_application", START + DAY, appointment=Meeting(starts_at=at(thursday), place="Ter Apel")
        ),
        lambda: actions.report(slot, actor=desk.worker, at=at(thursday)),
        lambda: actions.mark_missed(now=at(thursday, 8)),
    )
    slot.refresh_from_db()
    assert slot.state in (State.REPORTED, State.EXCUSED)
    assert all(not isinstance(answer, Exception) or isinstance(answer, StateForbids) for answer in answers)


# Steps of reception, beside the desk, the clock and the procedure


def test_two_desks_record_the_arrival_of_the_same_person(cast: Cast, desk: Desk) -> None:
    refer(cast, desk)
    answers = together(*[lambda: arrive(cast, desk)] * 4)
    refused = [answer for answer in answers if isinstance(answer, StateForbids)]
    assert len(refused) == 3, answers
    assert Stay.objects.count() == Transition.objects.filter(name="arrive_at_centre").count() == 1


def test_a_departure_the_desk_and_the_clock_at_once_do_not_block_each_other(cast: Cast, desk: Desk) -> None:
    stay_in(cast, desk)
    on = refused(cast)
    cast.take("choose_voluntary_departure", on, by="applicant")
    actions.keep_slots(now=at(on, 8))
    slot = ReportingSlot.objects.planned().order_by("on").first()
    late = at(slot.on + DAY, 1)
    for _round in range(3):
        answers = together(
            lambda: cast.take("confirm_departure", on, by="return_officer", country="Eritrea"),
            lambda: actions.report(slot, actor=desk.worker, at=at(on)),
            lambda: actions.keep_slots(now=late),
            lambda: reminders.remind_of_due(now=late),
            lambda: steps.propose(now=late),
        )
        wrong = [a for a in answers if isinstance(a, Exception) and not isinstance(a, StateForbids)]
        assert wrong == []
    assert Reception.objects.get().state == "ended"
    assert not ReportingSlot.objects.planned().filter(on__gt=on).exists()


def test_five_sweeps_miss_a_report_once_and_open_one_term(cast: Cast, desk: Desk) -> None:
    stay_in(cast, desk)
    later = at(START + 8 * DAY, 9)
    for _round in range(2):
        together(*[lambda: actions.keep_slots(now=later)] * 5)
    assert Transition.objects.filter(name__startswith="miss_report").count() == 2
    assert Deadline.objects.filter(rule_code__in=["REP-02", "REP-03"]).count() == 2
