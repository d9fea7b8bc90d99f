"""Time that stands still: what a pause moves, what it leaves alone, and which pauses are refused."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedure import recompute
from procedure.actions import close_lapsed_steps, lapse_terms
from procedure.calendars import DayKind, LegalCalendar
from procedure.given import Letter
from procedure.models import Deadline, Suspension
from procedure.reminders import remind_of_due
from procedure.states import State
from tests.cast import Cast, at, make_cast, walk

S = Deadline.State
pytestmark = pytest.mark.django_db
LODGED = date(2026, 3, 17)
D2, D3, D4 = date(2026, 4, 2), date(2026, 4, 3), date(2026, 4, 7)
ONE_DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def term(cast: Cast, code: str) -> Deadline:
    found = cast.procedure.deadlines.filter(rule_code=code).order_by("opened_by_id").last()
    assert found is not None
    return found


def pause(
    cast: Cast, on: date, ground: str, starts_on: date, ends_on: date | None = None, **more
) -> Suspension:
    step = cast.take(
        "pause", on, ground=ground, starts_on=starts_on, ends_on=ends_on, reason="as the file shows", **more
    )
    return step.started_suspensions.get()


def resume(cast: Cast, on: date, suspension: Suspension, resumes_on: date | None = None, **more) -> None:
    cast.take("resume", on, suspension=str(suspension.pk), resumes_on=resumes_on or on, **more)


def refused(cast: Cast, name: str, on: date, **inputs) -> dict[str, list[str]]:
    with translation.override("en"), pytest.raises(ValidationError) as wrong:
        cast.take(name, on, reason="x", **inputs)
    return wrong.value.message_dict


# With an end that is known


def test_a_pause_with_an_end_makes_the_term_longer_by_the_days_that_stood_still(cast: Cast) -> None:
    walk(cast, until="begin_preparation")
    assert term(cast, "DEC-06M").effective_due_on == date(2026, 9, 17)
    pause(cast, date(2026, 4, 1), "moratorium", date(2026, 4, 1), date(2026, 4, 10))
    decision = term(cast, "DEC-06M")
    # Ten days later; a Sunday, on which these months end all the same.
    assert (decision.state, decision.effective_due_on) == (S.OPEN, date(2026, 9, 27))
    assert decision.due_at == at(date(2026, 9, 27), 23, 59).replace(second=59)
    assert [day["date"] for day in decision.derivation["skipped"]] == [
        f"2026-04-{day:02}" for day in range(1, 11)
    ]
    assert term(cast, "RVT-01").changes.count() == 0  # not of this ground


def test_days_of_a_pause_before_the_term_began_move_nothing(cast: Cast) -> None:
    walk(cast, until="lodge_application")
    pause(cast, LODGED, "moratorium", LODGED, LODGED + ONE_DAY)
    # The day of lodging is no day of the term; the one after it is its first.
    assert term(cast, "DEC-06M").effective_due_on == date(2026, 9, 18)


def test_two_pauses_one_after_the_other_add_up(cast: Cast) -> None:
    walk(cast, until="begin_preparation")
    pause(cast, date(2026, 4, 1), "moratorium", date(2026, 4, 1), date(2026, 4, 3))
    pause(cast, date(2026, 4, 1), "dublin", date(2026, 4, 4), date(2026, 4, 10))
    assert term(cast, "DEC-06M").effective_due_on == date(2026, 9, 27)


def test_a_pause_on_days_that_a_longer_term_only_reaches_by_the_pause_itself_counts_too(cast: Cast) -> None:
    walk(cast, until="begin_preparation")
    last = date(2026, 9, 17)
    pause(cast, date(2026, 4, 1), "moratorium", last - 2 * ONE_DAY, last + 4 * ONE_DAY)
    # 15 to 21 September stand still: three days are left of the six months, 22 to 24.
    assert term(cast, "DEC-06M").effective_due_on == date(2026, 9, 24)


def test_the_days_of_the_general_procedure_are_planned_again_and_skip_the_pause_by_name(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    pause(cast, D3, "health", D4, date(2026, 4, 8))
    view = term(cast, "AA-VIEW")
    assert (view.effective_due_on, view.state) == (date(2026, 4, 9), S.OPEN)
    days = {day.number: day for day in cast.procedure.days.all()}
    assert [days[n].on.day for n in range(1, 7)] == [1, 2, 3, 9, 10, 13]
    assert [(day["date"], day["name"]) for day in days[4].skipped_before][-2:] == [
        ("2026-04-07", "The person is too ill"),
        ("2026-04-08", "The person is too ill"),
    ]
    assert not any(day.stands_still for day in days.values())


# Until further notice


def test_time_without_an_end_stands_still_silently_and_is_never_missed(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    pause(cast, D3, "health", D3)
    view = term(cast, "AA-VIEW")
    assert (view.state, view.still_since, view.effective_due_on) == (S.SUSPENDED, D3, D4)
    assert view.shown_on is None and view.next_reminder_at is None and not view.is_over(on=date(2027, 1, 1))
    later = at(date(2026, 4, 20))
    lapse_terms(now=later)
    remind_of_due(now=later)
    assert close_lapsed_steps(now=later) == 0
    assert term(cast, "AA-VIEW").state == S.SUSPENDED
    cast.procedure.refresh_from_db()
    assert cast.procedure.state == State.INTENDED_DECISION
    assert [day.stands_still for day in cast.procedure.days.all()] == [False, False, True, True, True, True]
    assert not cast.case.current_workers(on=D3)[0].notices.filter(
        about=f"deadline:{view.pk}", sent_at__gte=later
    )


def test_when_it_runs_again_the_term_has_the_days_that_were_left(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    found = pause(cast, D4, "health", D4)
    resume(cast, date(2026, 4, 20), found)
    view = term(cast, "AA-VIEW")
    assert (view.state, view.still_since, view.effective_due_on) == (S.OPEN, None, date(2026, 4, 20))
    assert view.next_reminder_at is not None
    found.refresh_from_db()
    assert found.ends_on == date(2026, 4, 19) and found.ended_by.name == "resume"
    assert [day.on.day for day in cast.procedure.days.all()] == [1, 2, 3, 20, 21, 22]


def test_a_term_that_is_over_when_time_runs_again_has_lapsed(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    found = pause(cast, D4, "health", D4)
    resume(cast, date(2026, 4, 8), found, at=at(date(2026, 4, 30)))
    view = term(cast, "AA-VIEW")
    assert (view.state, view.effective_due_on, view.settled_at) == (S.LAPSED, date(2026, 4, 8), None)


def test_a_term_that_lapsed_before_anybody_wrote_the_pause_down_runs_again(cast: Cast) -> None:
    walk(cast, until="close_interview")
    lapse_terms(now=at(D3, 1))
    assert term(cast, "AA-COR").state == S.LAPSED
    found = pause(cast, date(2026, 4, 2), "health", date(2026, 4, 2), at=at(D3, 9))
    assert term(cast, "AA-COR").state == S.SUSPENDED
    resume(cast, D4, found)
    assert (term(cast, "AA-COR").state, term(cast, "AA-COR").effective_due_on) == (S.OPEN, D4)


def test_a_pause_ended_on_its_first_day_moves_nothing(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    found = pause(cast, D4, "health", D4)
    resume(cast, D4, found)
    assert (term(cast, "AA-VIEW").state, term(cast, "AA-VIEW").effective_due_on) == (S.OPEN, D4)


def test_what_is_opened_while_the_time_stands_still_is_born_standing_still(cast: Cast) -> None:
    walk(cast, until="start_general_procedure")
    found = pause(cast, date(2026, 4, 1), "health", date(2026, 4, 1))
    cast.take("close_interview", date(2026, 4, 1), hour=15)
    corrections = term(cast, "AA-COR")
    assert (corrections.state, corrections.still_since) == (S.SUSPENDED, date(2026, 4, 1))
    (row,) = corrections.changes.all()
    assert (row.from_on, row.to_on, row.cause) == (date(2026, 4, 2), None, "pause")
    resume(cast, date(2026, 4, 8), found)
    # The first day stood still as well, so day 1 is the 8th and day 2 the 9th.
    assert (term(cast, "AA-COR").state, term(cast, "AA-COR").effective_due_on) == (S.OPEN, date(2026, 4, 9))


def test_what_comes_in_while_the_time_stands_still_is_in_time(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    pause(cast, D4, "health", D4)
    filing = cast.file("response", date(2026, 5, 20))
    assert filing.in_time and term(cast, "AA-VIEW").state == S.MET


def test_a_step_ends_a_term_that_stands_still_too(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    pause(cast, D3, "health", D3)
    cast.take("request_withdrawal", D4, by="applicant")
    cast.take("confirm_withdrawal", D4, hour=12)
    assert (term(cast, "AA-VIEW").state, term(cast, "AA-VIEW").still_since) == (S.CANCELLED, None)


def test_days_announced_while_the_person_has_not_explained_stand_still_too(cast: Cast) -> None:
    walk(cast, until="begin_preparation")
    cast.take("complete_preparation", date(2026, 3, 27), day_one_on=date(2026, 4, 1))
    cast.take("record_no_show", date(2026, 4, 1))
    cast.take("announce_other_day_one", date(2026, 4, 8), day_one_on=date(2026, 4, 14))
    assert [day.on.day for day in cast.procedure.days.all()] == [14, 15, 16, 17, 20, 21]
    assert all(day.stands_still for day in cast.procedure.days.all())
    cast.take("accept_explanation", date(2026, 4, 10))
    assert not any(day.stands_still for day in cast.procedure.days.all())


# Letters, and terms that count from one another


def test_the_date_of_a_letter_from_before_the_pause_moves_with_it(cast: Cast) -> None:
    walk(cast, until="close_corrections")
    cast.take("issue_intended_decision", D3, letter=Letter(date(2026, 4, 9), "by post"))
    pause(cast, D3, "health", D4, date(2026, 4, 8))
    view = term(cast, "AA-VIEW")
    # Two days later is a Saturday, on which nobody can be asked to have done something.
    assert (view.letter_says_on, view.letter_due_on) == (date(2026, 4, 9), date(2026, 4, 13))
    assert view.effective_due_on == date(2026, 4, 13)


def test_days_that_do_not_count_anyway_move_no_letter(cast: Cast) -> None:
    """Vb 3.110(3): Saturday, Sunday and Easter Monday are no days of the procedure."""
    walk(cast, until="close_corrections")
    cast.take("issue_intended_decision", D3, letter=Letter(date(2026, 4, 9), "by post"))
    pause(cast, D3, "health", date(2026, 4, 4), date(2026, 4, 7), hour=12)
    # Tuesday alone was lost.
    assert term(cast, "AA-VIEW").letter_due_on == date(2026, 4, 10)


def test_the_date_of_a_letter_moves_to_the_next_day_that_counts_in_the_procedure(cast: Cast) -> None:
    """VV 3.42: Good Friday counts, though nobody works."""
    walk(cast, until="close_interview")
    corrections = str(term(cast, "AA-COR").pk)
    cast.take("set_letter_date", date(2026, 4, 1), hour=12, term=corrections, letter=Letter(D2, "agreed"))
    pause(cast, D2, "health", D2, D2)
    assert term(cast, "AA-COR").effective_due_on == D3


def test_a_letter_written_during_the_pause_knows_of_it(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    found = pause(cast, D4, "health", D4)
    view = term(cast, "AA-VIEW")
    cast.take("set_letter_date", D4, term=str(view.pk), letter=Letter(date(2026, 5, 4), "agreed by phone"))
    assert term(cast, "AA-VIEW").state == S.SUSPENDED
    resume(cast, date(2026, 4, 20), found)
    assert (term(cast, "AA-VIEW").state, term(cast, "AA-VIEW").effective_due_on) == (S.OPEN, date(2026, 5, 4))


def test_a_longer_decision_period_counts_from_the_end_that_the_pause_has_moved(cast: Cast) -> None:
    walk(cast, until="close_interview")
    found = pause(cast, date(2026, 4, 2), "moratorium", date(2026, 4, 2))
    on = date(2026, 9, 1)
    cast.take("extend_decision_period", on, ground="42(4)(a)", letter=Letter(date(2027, 6, 17), "complex"))
    longer = term(cast, "DEC-EXT")
    assert longer.state == S.SUSPENDED
    resume(cast, date(2026, 9, 2), found)
    # 153 days stood still, all of them before the second period: its own months are not made longer twice.
    assert term(cast, "DEC-EXT").started_on == date(2026, 9, 17) + timedelta(days=153)


@pytest.mark.parametrize("known", [True, False])
def test_a_pause_in_the_first_six_months_makes_the_longer_period_end_later(cast: Cast, known: bool) -> None:
    """Vw 43: the longer period continues the first one, in which 92 days stand still."""
    walk(cast, until="start_general_procedure")
    on, first, last = date(2026, 4, 1), date(2026, 5, 1), date(2026, 7, 31)
    cast.take("extend_decision_period", on, ground="42(4)(a)", letter=Letter(date(2027, 3, 17), "complex"))
    found = pause(cast, first, "moratorium", first, last if known else None)
    if not known:
        resume(cast, last + ONE_DAY, found)
    longer = term(cast, "DEC-EXT")
    assert longer.started_on == date(2026, 12, 18)
    assert (longer.letter_says_on, longer.effective_due_on) == (date(2027, 3, 17), date(2027, 6, 17))
    assert longer.computed_due_on == date(2027, 9, 18)


# Steps that let the time stand still by themselves


def test_while_another_country_may_be_responsible_the_six_months_stand_still(cast: Cast) -> None:
    walk(cast, until="finish_application_interview")
    cast.take("refer_to_dublin", date(2026, 3, 20))
    decision = term(cast, "DEC-06M")
    assert (decision.state, decision.still_since) == (S.SUSPENDED, date(2026, 3, 20))


def test_a_term_waits_for_the_second_pause_when_the_first_one_has_made_it_longer(cast: Cast) -> None:
    """Decided by the date that it gets: while it stood still its old last day, 17 September, went by."""
    walk(cast, until="begin_preparation")
    moratorium = pause(cast, date(2026, 8, 1), "moratorium", date(2026, 8, 1))
    cast.take("refer_to_dublin", date(2026, 10, 1))
    assert term(cast, "DEC-06M").still_since == date(2026, 8, 1)
    resume(cast, date(2026, 11, 1), moratorium)
    decision = term(cast, "DEC-06M")
    assert (decision.state, decision.still_since) == (S.SUSPENDED, date(2026, 10, 1))
    assert [(row.from_on, row.to_on) for row in decision.changes.all()] == [(date(2026, 9, 17), None)]
    lapse_terms(now=at(date(2027, 1, 20)))
    assert term(cast, "DEC-06M").state == S.SUSPENDED


def test_a_term_that_a_pause_makes_longer_is_reached_by_one_that_stands_later(cast: Cast) -> None:
    walk(cast, until="begin_preparation")
    cast.take("refer_to_dublin", date(2026, 9, 18))
    assert term(cast, "DEC-06M").state == S.OPEN  # it was over the day before
    pause(cast, date(2026, 9, 18), "moratorium", date(2026, 9, 1), date(2026, 9, 10), hour=12)
    assert term(cast, "DEC-06M").state == S.SUSPENDED


# What holds the procedure


def hold(cast: Cast) -> str:
    cast.procedure.refresh_from_db()
    return cast.procedure.hold


def test_a_pause_with_an_end_holds_nothing_that_somebody_would_have_to_lift(cast: Cast) -> None:
    walk(cast, until="start_general_procedure")
    pause(cast, date(2026, 4, 1), "health", date(2026, 4, 1), D3, hour=12)
    assert hold(cast) == ""


def test_a_hold_ends_with_the_pause_of_its_own_ground(cast: Cast) -> None:
    walk(cast, until="start_general_procedure")
    day = date(2026, 4, 1)
    health = pause(cast, day, "health", day, hour=11)
    moratorium = pause(cast, day, "moratorium", day, hour=12)
    assert hold(cast) == "moratorium"
    resume(cast, D2, moratorium)
    assert hold(cast) == "health"
    second = pause(cast, D2, "moratorium", D2, hour=12)
    resume(cast, D3, health)
    assert hold(cast) == "moratorium"
    resume(cast, D4, second)
    assert hold(cast) == ""


# Wrong pauses


WRONG = [
    # ground, first day, last day -> field, words
    (
        "health",
        date(2026, 4, 8),
        D4,
        "ends_on",
        "The pause ends before it starts. It starts on Wednesday 8 April",
    ),
    ("weather", D4, None, "ground", "Choose the ground"),
    ("", D4, None, "ground", "Choose the ground"),
    ("moratorium", date(2026, 3, 16), None, "starts_on", "The procedure began on Tuesday 17 March 2026"),
    ("moratorium", date(2026, 4, 4), None, "starts_on", "from today on"),
    ("appeal", D3, None, "ground", "No term that could stand still on this ground is running"),
    ("health", date(2026, 4, 8), date(2026, 4, 9), "starts_on", "No term that could stand still"),
    ("moratorium", D4, date(2031, 1, 1), "", ""),  # months that end where they end need no calendar
    ("health", D4, date(2031, 1, 1), "ends_on", "The calendar has no data"),
]


@pytest.mark.parametrize(("ground", "first", "last", "field", "words"), WRONG)
def test_a_pause_that_cannot_be_names_its_field(
    cast: Cast, ground: str, first: date, last: date | None, field: str, words: str
) -> None:
    walk(cast, until="issue_intended_decision")
    if not field:
        pause(cast, D3, ground, first, last)
        return
    wrong = refused(cast, "pause", D3, ground=ground, starts_on=first, ends_on=last)
    assert words in " ".join(wrong[field])
    assert not cast.procedure.suspensions.exists() and not cast.procedure.transitions.filter(name="pause")


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 4, 5), date(2026, 4, 8)),
        (date(2026, 4, 1), date(2026, 4, 4)),
        (date(2026, 4, 10), date(2026, 4, 20)),
        (date(2026, 4, 1), date(2026, 4, 30)),
    ],
)
def test_a_pause_over_another_names_that_one_with_its_days(cast: Cast, first: date, last: date) -> None:
    walk(cast, until="begin_preparation")
    pause(cast, date(2026, 3, 20), "moratorium", date(2026, 4, 4), date(2026, 4, 10))
    # Another ground, the same rules: the six months cannot stand still twice on one day.
    wrong = refused(cast, "pause", date(2026, 3, 20), ground="dublin", starts_on=first, ends_on=last)
    assert "Moratorium" in wrong["starts_on"][0]
    assert "Saturday 4 April 2026 to Friday 10 April 2026" in wrong["starts_on"][0]


def test_a_pause_beside_one_that_has_no_end_is_refused(cast: Cast) -> None:
    walk(cast, until="begin_preparation")
    pause(cast, date(2026, 4, 1), "moratorium", date(2026, 4, 1))
    wrong = refused(
        cast, "pause", date(2026, 4, 1), ground="dublin", starts_on=date(2027, 1, 1), ends_on=date(2027, 2, 1)
    )
    assert "stands still already: Moratorium" in wrong["starts_on"][0]


def test_pauses_of_other_rules_can_share_their_days(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    pause(cast, D3, "moratorium", D4, date(2026, 4, 9))
    pause(cast, D3, "health", D4, date(2026, 4, 8))
    assert term(cast, "AA-VIEW").effective_due_on == date(2026, 4, 9)
    assert term(cast, "DEC-06M").effective_due_on == date(2026, 9, 20)


def test_a_pause_does_not_end_before_it_began(cast: Cast) -> None:
    walk(cast, until="issue_intended_decision")
    found = pause(cast, D4, "health", D4)
    wrong = refused(cast, "resume", D4, suspension=str(found.pk), resumes_on=D4 - ONE_DAY)
    assert "The pause ends before it starts" in wrong["resumes_on"][0]
    other = refused(cast, "resume", D4, suspension="no such pause", resumes_on=D4)
    assert "suspension" in other


# For any days


SPANS = st.lists(st.tuples(st.integers(-20, 400), st.integers(0, 90)), min_size=0, max_size=4).map(
    lambda rows: [(LODGED + timedelta(days=a), LODGED + timedelta(days=a + n)) for a, n in rows]
)


def tried(cast: Cast, spans: list[tuple[date, date]], ground: str) -> list[Suspension]:
    return [
        Suspension(
            procedure=cast.procedure,
            package_name="nl-2021",
            ground=ground,
            starts_on=first,
            ends_on=last,
            started_by_id=2**40,
        )
        for first, last in spans
    ]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=SPANS)
def test_a_term_has_as_many_days_that_run_as_the_law_gives_it(cast: Cast, spans) -> None:
    """Counted day by day, whatever the pauses are: overlapping, before it, over its end."""
    if not cast.procedure.lodged_on:
        walk(cast, until="issue_intended_decision")
    found = {
        again.deadline.rule_code: again.due_on
        for again in recompute.work_out(
            cast.procedure,
            suspensions=[*tried(cast, spans, "moratorium"), *tried(cast, spans, "health")],
        )
    }
    still = {first + timedelta(days=n) for first, last in spans for n in range((last - first).days + 1)}
    calendar = LegalCalendar(cast.procedure.package.law)

    def running(after: date, last: date, kind: DayKind | None = None) -> int:
        days = [after + timedelta(days=n) for n in range(1, (last - after).days + 1)]
        return sum(day not in still and not (kind and calendar.skips(day, kind)) for day in days)

    assert running(LODGED, found["DEC-06M"]) == (date(2026, 9, 17) - LODGED).days
    assert found["DEC-06M"] not in still
    # Day 4, day 1 being the first of April or the first day after it that did not stand still.
    assert running(date(2026, 3, 31), found["AA-VIEW"], DayKind.AA_DAY) == 4
    assert found["AA-VIEW"] not in still and calendar.skips(found["AA-VIEW"], DayKind.AA_DAY) is None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.integers(0, 12), days=st.integers(1, 120))
def test_it_makes_no_difference_when_the_end_of_a_pause_becomes_known(
    cast: Cast, first: int, days: int
) -> None:
    starts_on = date(2026, 3, 19) + timedelta(days=first)
    resumes_on = starts_on + timedelta(days=days)
    with transaction.atomic():
        walk(cast, until="begin_preparation")
        found = pause(cast, starts_on, "moratorium", starts_on)
        resume(cast, resumes_on, found)
        ended = term(cast, "DEC-06M").effective_due_on
        transaction.set_rollback(True)
    cast.procedure.refresh_from_db()
    with transaction.atomic():
        walk(cast, until="begin_preparation")
        pause(cast, starts_on, "moratorium", starts_on, resumes_on - ONE_DAY)
        known = term(cast, "DEC-06M").effective_due_on
        transaction.set_rollback(True)
    cast.procedure.refresh_from_db()
    assert ended == known == date(2026, 9, 17) + timedelta(days=days)
