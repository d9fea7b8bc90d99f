"""Rows of time limits: how each came about, what ends it, and to which second it can be kept."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone, translation

from procedure import deadlines, terms
from procedure.actions import StateForbids, close_lapsed_steps, lapse_terms
from procedure.given import Letter
from procedure.ledger import Because, Cause, move
from procedure.models import Deadline
from procedure.states import State
from tests.cast import AMSTERDAM, Cast, at, make_cast, walk

D1, D2, D3, D4, D6 = (date(2026, 4, day) for day in (1, 2, 3, 7, 9))
S = Deadline.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def term(cast: Cast, code: str) -> Deadline:
    found = cast.procedure.deadlines.filter(rule_code=code).order_by("opened_by_id").last()
    assert found is not None
    return found


# How it came about


def test_a_row_says_where_it_comes_from_and_passes_over_each_day_by_name(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    view = term(cast, "AA-VIEW")
    assert view.derivation["skipped"] == [
        {"date": "2026-04-04", "name": "weekend: Saturday", "why": "weekend"},
        {"date": "2026-04-05", "name": "weekend: Sunday", "why": "weekend"},
        {"date": "2026-04-06", "name": "Easter Monday", "why": "holiday"},
    ]
    assert view.derivation["counted"][-1] == {"kind": "counted", "date": "2026-04-07", "number": 4}
    assert (view.package_name, view.confidence) == ("nl-2021", "P 2015")
    assert view.source.startswith("Vb 3.114(2)") and view.owed_by == ["lawyer"]
    assert view.opened_by.name == "issue_intended_decision" and view.started_on == D3


def test_every_row_is_what_the_law_computes_from_its_start(cast: Cast) -> None:
    """The stored row, worked out again from nothing but what it says of itself."""
    walk(cast, until="refuse")
    law = cast.procedure.package.law
    for row in cast.procedure.deadlines.all():
        said = row.derivation
        again = terms.compute(
            law.rule(row.rule_code),
            date.fromisoformat(said["start"]),
            package=law,
            schedule=said["schedule"],
            day_one=date.fromisoformat(said["day_one"]) if said["day_one"] else None,
            ground=said["ground"],
            circumstances=said["circumstances"],
        )
        assert (again.due_on, again.due_at) == (row.computed_due_on, row.due_at), row.rule_code
        assert again.as_json() == said


def test_the_day_shown_is_the_day_of_the_last_moment_in_amsterdam(cast: Cast) -> None:
    walk(cast, until="refuse")
    for row in cast.procedure.deadlines.all():
        assert timezone.localdate(row.due_at) == row.effective_due_on


# The letter


def test_the_date_of_the_letter_goes_before_the_computed_one_and_is_logged(cast: Cast) -> None:
    walk(cast, until="close_corrections")
    cast.take("issue_intended_decision", D3, letter=Letter(date(2026, 4, 8), "sent by post"))
    view = term(cast, "AA-VIEW")
    assert (view.computed_due_on, view.letter_due_on, view.effective_due_on) == (
        D4,
        date(2026, 4, 8),
        date(2026, 4, 8),
    )
    assert view.due_at == datetime(2026, 4, 8, 23, 59, 59, tzinfo=AMSTERDAM)
    step = cast.procedure.transitions.latest("id")
    assert step.inputs["letter_due_on"] == "2026-04-08" and step.inputs["letter_reason"] == "sent by post"


def test_a_letter_with_the_computed_date_changes_nothing(cast: Cast) -> None:
    walk(cast, until="close_corrections")
    cast.take("issue_intended_decision", D3, letter=Letter(D4, "as computed"))
    assert term(cast, "AA-VIEW").letter_due_on is None


def test_more_time_reopens_a_response_that_was_given_up_by_the_clock(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    lapse_terms(now=at(date(2026, 4, 8), 0))
    assert term(cast, "AA-VIEW").state == S.LAPSED
    longer = {"ground": "lawyer_ill", "obstacle_ended_on": D4, "proof": cast.case.documents.first()}
    night = at(date(2026, 4, 8), 0, 30)
    cast.take("extend_response_term", D4, at=night, until=date(2026, 4, 10), **longer)
    view = term(cast, "AA-VIEW")
    assert (view.state, view.settled_at, view.effective_due_on) == (S.OPEN, None, date(2026, 4, 10))
    close_lapsed_steps(now=at(date(2026, 4, 10), 23))
    cast.procedure.refresh_from_db()
    assert cast.procedure.state == State.INTENDED_DECISION


# What ends it


# rule, state before, step that ends it, day of the step, what becomes of it
FATES = [
    ("AA-INT", S.OPEN, "close_interview", D1, S.MET),
    ("AA-INT", S.OPEN, "close_interview", D2, S.LATE),
    ("AA-INT", S.LAPSED, "close_interview", D2, S.LATE),
    ("AA-INT", S.OPEN, "refer_to_extended", D1, S.CANCELLED),
    ("AA-INT", S.OPEN, "refer_to_extended", D2, S.LAPSED),
    ("AA-INT", S.LAPSED, "refer_to_extended", D2, S.LAPSED),
    ("AA-COR", S.OPEN, "close_corrections", D2, S.CANCELLED),  # nothing was filed: given up, not met
    ("AA-COR", S.OPEN, "close_corrections", D3, S.LAPSED),
    ("DEC-06M", S.OPEN, "grant", date(2026, 9, 17), S.MET),
    ("DEC-06M", S.LAPSED, "grant", date(2026, 9, 18), S.LATE),
    ("DEC-06M", S.OPEN, "confirm_withdrawal", D2, S.CANCELLED),
    ("RVT-01", S.OPEN, "complete_preparation", date(2026, 5, 30), S.MET),  # nobody is late after a minimum
    ("RVT-01", S.OPEN, "confirm_withdrawal", date(2026, 5, 30), S.CANCELLED),
    ("REG-02", S.OPEN, "confirm_withdrawal", D2, S.CANCELLED),  # a planning norm is never missed
    ("REG-02", S.OPEN, "finish_application_interview", D2, S.LATE),
]
REACHED = {"REG-02": "lodge_application", "RVT-01": "begin_preparation", "AA-INT": "start_general_procedure"}


@pytest.mark.parametrize(("code", "before", "name", "on", "after"), FATES)
def test_what_a_step_makes_of_a_term(cast: Cast, code: str, before, name: str, on: date, after) -> None:
    walk(cast, until=REACHED.get(code, "close_interview"))
    row = term(cast, code)
    row.state = before
    assert deadlines.fate(row, name, on=on) == after


def test_a_newer_term_of_the_same_rule_takes_the_place_of_the_one_that_runs(cast: Cast) -> None:
    walk(cast, until="close_response")
    cast.take("reconsider", D4)
    views = cast.procedure.deadlines.filter(rule_code="AA-VIEW").order_by("opened_by_id")
    assert [view.state for view in views] == [S.MET, S.OPEN]
    assert views[1].effective_due_on == date(2026, 4, 8)


def test_a_longer_decision_period_counts_from_the_end_of_the_first(cast: Cast) -> None:
    walk(cast, until="refuse")
    procedure = cast.other_procedure
    assert (
        deadlines.start_of(procedure, procedure.package.law.rule("DEC-EXT"), D1) == D1
    )  # no first one: today
    rule = cast.procedure.package.law.rule("DEC-EXT")
    assert deadlines.start_of(cast.procedure, rule, D1) == date(2026, 9, 17)


def test_a_lapsed_term_gives_way_too_when_its_rule_opens_again(cast: Cast) -> None:
    walk(cast, until="close_interview")
    cast.take("refer_to_extended", D1)
    lapse_terms(now=at(date(2027, 6, 1)))
    for on, ground in ((date(2027, 1, 4), "42(4)(a)"), (date(2027, 7, 1), "42(5)")):
        last = date(2027, 6, 17) if ground == "42(4)(a)" else date(2027, 9, 17)
        cast.take(
            "extend_decision_period", on, ground=ground, letter=Letter(last, "x"), at=at(date(2027, 7, 1))
        )
        lapse_terms(now=at(date(2027, 7, 1)))
    first, second = cast.procedure.deadlines.filter(rule_code="DEC-EXT").order_by("opened_by_id")
    assert (first.state, second.state) == (S.LAPSED, S.OPEN)
    assert first.settled_at and first not in cast.procedure.deadlines.running()


# The last second


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        (date(2026, 3, 28), "22:59:59"),  # the evening before the clocks go forward
        (date(2026, 3, 29), "21:59:59"),  # the evening after
        (date(2026, 10, 24), "21:59:59"),
        (date(2026, 10, 25), "22:59:59"),  # the day of 25 hours
        (date(2028, 2, 29), "22:59:59"),
        (date(2026, 12, 31), "22:59:59"),
    ],
)
def test_a_term_runs_to_the_last_second_of_its_day_also_when_the_clocks_change(
    cast: Cast, day: date, utc: str
) -> None:
    due_at = deadlines.end_of(day)
    assert due_at.astimezone(UTC).isoformat()[11:19] == utc
    row = term(cast, "REG-01")
    row.letter_due_on, row.letter_reason = day, "as the letter says"
    move(row, Because(Cause.LETTER, cast.people["caseworker"], at(date(2026, 3, 17))))
    assert row.due_at == due_at
    ends = (due_at + timedelta(microseconds=999_999), due_at + timedelta(seconds=1))
    assert [row in Deadline.objects.past_due(at=moment) for moment in (due_at, *ends)] == [False, False, True]
    lapse_terms(now=ends[0])
    row.refresh_from_db()
    assert row.state == S.OPEN
    lapse_terms(now=ends[1])
    row.refresh_from_db()
    assert row.state == S.LAPSED and row.settled_at is None


@pytest.mark.parametrize("lodged", [date(2025, 9, 29), date(2026, 4, 25)])
def test_six_months_that_end_on_a_night_of_clock_change(lodged: date) -> None:
    """Longer terms do not run on over a Sunday: they end in that very night."""
    cast = make_cast(on=lodged)
    for name in ("start_registration", "lodge_application"):
        cast.take(name, lodged)
    last = term(cast, "DEC-06M")
    assert last.effective_due_on in (date(2026, 3, 29), date(2026, 10, 25))
    assert last.due_at.astimezone(AMSTERDAM).isoformat()[11:19] == "23:59:59"


# What the clock does


def test_norms_and_minimums_are_never_missed(cast: Cast) -> None:
    walk(cast, until="begin_preparation")
    lapse_terms(now=at(date(2026, 12, 1)))
    assert term(cast, "RVT-01").state == S.OPEN
    assert term(cast, "DEC-06M").state == S.LAPSED
    assert not cast.procedure.deadlines.filter(soft=True, state=S.LAPSED).exists()


def test_the_clock_closes_a_waiting_step_on_the_day_after_its_term_however_late_it_comes(cast: Cast) -> None:
    walk(cast, until="close_interview")
    assert close_lapsed_steps(now=at(D2, 23, 59)) == 0
    assert close_lapsed_steps(now=at(date(2026, 4, 20))) == 1
    step = cast.procedure.transitions.latest("id")
    assert (step.name, step.on, step.actor_role) == ("close_corrections", D3, "system")
    assert step.at == at(date(2026, 4, 20))
    assert close_lapsed_steps(now=at(date(2026, 4, 20))) == 0


def test_the_clock_never_goes_back_before_the_last_step(cast: Cast) -> None:
    walk(cast, until="close_interview")
    cast.take("change_lawyer", date(2026, 4, 8), by="planner")
    assert close_lapsed_steps(now=at(date(2026, 4, 20))) == 1
    assert cast.procedure.transitions.latest("id").on == date(2026, 4, 8)


def test_the_clock_takes_no_other_step_than_the_two_that_wait(cast: Cast) -> None:
    walk(cast, until="close_response")
    for days in (1, 30, 400):
        now = at(D6 + timedelta(days=days))
        lapse_terms(now=now)
        assert close_lapsed_steps(now=now) == 0
    cast.procedure.refresh_from_db()
    assert cast.procedure.state == State.DECISION


def test_each_lapse_is_recorded_once(cast: Cast) -> None:
    walk(cast, until="close_interview")
    now = at(D3, 0, 1)
    assert lapse_terms(now=now) == 2  # the strangers' registration is late as well
    assert lapse_terms(now=now) == 0
    (entry,) = cast.case.audit_entries.filter(action="deadline.lapse")
    assert entry.data == {"rule": "AA-COR"} and entry.role == "system"


def test_a_sweep_takes_the_oldest_first_and_leaves_the_rest_for_the_next(cast: Cast) -> None:
    walk(cast, until="close_interview")
    far = at(date(2027, 1, 1))
    waiting = Deadline.objects.past_due(at=far).count()
    assert waiting >= 3
    assert lapse_terms(now=far, limit=2) == 2
    assert Deadline.objects.past_due(at=far).count() == waiting - 2


# The days to leave that the decision names


def test_after_the_court_the_days_that_the_decision_named_begin_again(cast: Cast) -> None:
    """Vw 62(2): seven days were given, and seven days it is again, not the four weeks of the law."""
    walk(cast, until="close_response")
    facts = cast.usual("refuse", D6)["facts"] | {"leave_until_on": D6 + timedelta(days=7)}
    cast.take("refuse", D6, facts=facts)
    assert term(cast, "RET-01").effective_due_on == date(2026, 4, 16)
    cast.take("lodge_appeal", date(2026, 4, 10), by="lawyer")
    cast.take("record_ruling", date(2026, 5, 4), ruling="dismissed")
    cast.take("resume_departure_term", date(2026, 5, 6))
    for code in ("RET-01", "RET-03", "REC-03"):
        assert (term(cast, code).state, term(cast, code).effective_due_on) == (S.OPEN, date(2026, 5, 11)), (
            code
        )
    assert term(cast, "RET-01").started_on == date(2026, 5, 4)


def test_days_to_leave_that_begin_again_end_on_no_closed_day(cast: Cast) -> None:
    walk(cast, until="close_response")
    facts = cast.usual("refuse", D6)["facts"] | {"leave_until_on": D6 + timedelta(days=5)}
    cast.take("refuse", D6, facts=facts)
    cast.take("lodge_appeal", date(2026, 4, 10), by="lawyer")
    cast.take("record_ruling", date(2026, 5, 4), ruling="dismissed")
    cast.take("resume_departure_term", date(2026, 5, 4), hour=12)
    # Five days after Monday 4 May is a Saturday.
    assert term(cast, "RET-01").effective_due_on == date(2026, 5, 11)


# When nobody has entered the holidays


def test_a_year_without_holidays_stops_the_step_and_leaves_nothing_half_done() -> None:
    cast = make_cast(on=date(2028, 11, 20))
    days = [date(2028, 12, day) for day in (14, 15, 18, 19, 20, 21)]
    for name in ("start_registration", "lodge_application", "start_application_interview"):
        cast.take(name, date(2028, 11, 20))
    cast.take("finish_application_interview", date(2028, 11, 20))
    cast.take("begin_preparation", date(2028, 11, 20))
    cast.take("complete_preparation", days[0])
    cast.take("start_general_procedure", days[0])
    cast.take("close_interview", days[0])
    cast.file("corrections", days[1], complete=True)
    cast.take("issue_intended_decision", days[2])
    cast.file("response", days[3], complete=True)
    before = (
        cast.procedure.transitions.count(),
        cast.case.documents.count(),
        cast.case.audit_entries.count(),
    )
    with translation.override("en"), pytest.raises(StateForbids, match="the calendar lacks that year"):
        cast.take("refuse", days[5])  # the four weeks to leave end in January 2029
    cast.procedure.refresh_from_db()
    assert cast.procedure.state == State.DECISION and not cast.procedure.outcome
    after = (cast.procedure.transitions.count(), cast.case.documents.count(), cast.case.audit_entries.count())
    assert after == before
