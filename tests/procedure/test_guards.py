"""Each condition on both sides of its edge: the last day that still counts, and the day after."""

import inspect
from datetime import date

import pytest
from django.utils import translation

from cases import actions as case_actions
from procedure import guards
from procedure.actions import unmet_reasons
from procedure.machines import MACHINES
from procedure.models import Procedure
from procedure.states import State
from tests.cast import Cast, at, make_cast, walk

D1, D2, D3, D4, D6 = (date(2026, 4, day) for day in (1, 2, 3, 7, 9))
pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def holds(condition, cast: Cast, on: date) -> bool:
    procedure = Procedure.objects.get(pk=cast.procedure.pk)
    procedure.event_on = on
    return condition(procedure)


def apr(day: int) -> date:
    return date(2026, 4, day)


# condition, how far the case has come, the days on which it holds, the days on which it does not
EDGES = [
    (guards.before_first_day, "begin_preparation", [date(2026, 3, 31), apr(30)], []),
    (guards.before_first_day, "complete_preparation", [date(2026, 3, 31)], [D1, D2]),
    (guards.is_announced_day_one, "complete_preparation", [D1], [date(2026, 3, 31), D2]),
    (guards.outcome_day_reached, "close_corrections", [D3, D6], [D2]),
    (guards.outcome_day_not_over, "close_corrections", [D2, D3], [apr(4), D4]),
    (guards.not_overrun, "start_general_procedure", [D1, D3], [apr(4)]),
    (guards.not_overrun, "close_corrections", [D3], [apr(4)]),
    (guards.not_overrun, "issue_intended_decision", [D3, D6], [apr(10)]),
    (guards.last_day_not_over, "close_response", [D6], [apr(10)]),
    (guards.last_day_not_over, "issue_intended_decision", [D4, D6], [apr(10)]),
    (guards.corrections_in_or_over, "close_interview", [D3], [D1, D2]),
    (guards.corrections_in_or_over, "file corrections", [D2], []),
    (guards.response_in_or_over, "issue_intended_decision", [apr(8)], [D3, D4]),
    (guards.response_in_or_over, "file response", [D4], []),
    (guards.appeal_window_over, "refuse", [apr(17)], [apr(16)]),
    (guards.intention_issued, "issue_intended_decision", [D3], []),
    (guards.intention_issued, "close_corrections", [], [D3]),
    (guards.six_days_chosen, "begin_preparation", [D1], []),
    (guards.not_yet_extended, "close_corrections", [D3], []),
    (guards.interview_held, "close_interview", [D1], []),
    (guards.interview_held, "start_general_procedure", [], [D1]),
    (guards.withdrawal_requested, "begin_preparation", [], [D1]),
    (guards.withdrawal_not_requested, "begin_preparation", [D1], []),
]


@pytest.mark.parametrize(
    ("condition", "until", "yes", "no"), EDGES, ids=lambda part: getattr(part, "__name__", None)
)
def test_a_condition_holds_up_to_its_edge(cast: Cast, condition, until: str, yes: list, no: list) -> None:
    walk(cast, until=until)
    assert [on for on in yes if not holds(condition, cast, on)] == []
    assert [on for on in no if holds(condition, cast, on)] == []


def test_an_extension_moves_the_edges_to_its_own_last_day(cast: Cast) -> None:
    walk(cast, until="close_corrections")
    cast.take("extend_general_procedure", D3, ground="c")
    for condition in (guards.outcome_day_not_over, guards.last_day_not_over, guards.not_overrun):
        assert holds(condition, cast, apr(28))
        assert not holds(condition, cast, apr(29))
    assert not holds(guards.not_yet_extended, cast, D3)


def test_the_extended_procedure_knows_no_days(cast: Cast) -> None:
    walk(cast, until="close_corrections")
    cast.take("refer_to_extended", D3)
    cast.take("skip_extended_interview", D3)
    far = date(2026, 8, 1)
    for condition in (guards.outcome_day_reached, guards.outcome_day_not_over, guards.last_day_not_over):
        assert holds(condition, cast, far)


def test_a_referral_without_any_interview_needs_one(cast: Cast) -> None:
    walk(cast, until="start_general_procedure")
    cast.take("refer_to_extended", D1)
    assert unmet_reasons(cast.procedure, "skip_extended_interview", on=D2)
    cast.take("close_extended_interview", D2)
    assert cast.procedure.state == State.CORRECTIONS


def test_mandate_and_guardian_are_asked_for_on_the_day_of_the_event(cast: Cast) -> None:
    cast.case.mandates.update(starts_on=D1, ends_on=D2)
    assert [on for on in (date(2026, 3, 31), D1, D2, D3) if holds(guards.lawyer_assigned, cast, on)] == [
        D1,
        D2,
    ]
    assert holds(guards.no_lawyer_yet, cast, D3) and not holds(guards.no_lawyer_yet, cast, D2)
    assert holds(guards.guardian_for_child, cast, D1)
    cast.case.unaccompanied_minor = True
    cast.case.save()
    assert not holds(guards.guardian_for_child, cast, D1)
    case_actions.appoint_guardian(
        cast.case,
        guardian=cast.people["guardian"],
        starts_on=D2,
        ends_on=D2,
        actor=cast.people["supervisor"],
        at=at(D2),
    )
    assert [on for on in (D1, D2, D3) if holds(guards.guardian_for_child, cast, on)] == [D2]


def test_an_appeal_keeps_the_case_open_until_the_judgment_is_on_file(cast: Cast) -> None:
    walk(cast, until="refuse")
    day = apr(15)
    assert holds(guards.no_open_appeal, cast, day)
    cast.file("appeal", day)
    assert not holds(guards.no_open_appeal, cast, day)
    cast.take("record_ruling", day, ruling="dismissed")
    assert holds(guards.no_open_appeal, cast, day)


def test_every_condition_serves_a_step_and_says_why_in_a_sentence() -> None:
    conditions = {
        name: function
        for name, function in inspect.getmembers(guards, callable)
        if hasattr(function, "reason")
    }
    used = {
        condition.__name__
        for model in MACHINES.values()
        for step in model._meta.get_field("state").get_all_transitions(model)
        for condition in step.conditions
    }
    # Each step asks its track and its package beside these.
    assert set(conditions) == used - {"stands_in_place", "has_step"}
    with translation.override("en"):
        reasons = [str(function.reason) for function in conditions.values()]
    assert all(len(reason.split()) > 3 and reason.endswith(".") for reason in reasons)


def test_all_reasons_are_told_at_once_and_nothing_is_asked_of_a_step_from_elsewhere(cast: Cast) -> None:
    walk(cast, until="begin_preparation")
    cast.case.mandates.all().delete()
    cast.case.unaccompanied_minor = True
    cast.case.save()
    cast.procedure.refresh_from_db()
    assert len(unmet_reasons(cast.procedure, "complete_preparation", on=D1)) == 2
    with translation.override("en"):
        (reason,) = unmet_reasons(cast.procedure, "refuse", on=D1)
        assert "Rest and preparation" in str(reason)
