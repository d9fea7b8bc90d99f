"""Two at the same moment, on real connections: one winner, nothing doubled."""

from datetime import timedelta

import pytest

from asylum_portal.notices.models import Notice
from cases.models import AuditEntry
from procedure.given import Meeting
from procedure.guards import StateForbids
from reception import actions, reminders
from reception.models import ReportingSlot, Stay
from tests.cast import Cast, at, make_cast
from tests.reception.conftest import START, Desk, live, make_desk
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
