"""After the border was left: days that began where every day counts go on by the calendar of everybody."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from procedure.models import Deadline
from tests.cast import Cast
from tests.procedure import roads

pytestmark = pytest.mark.django_db
S = Deadline.State
ONE_DAY = timedelta(days=1)
FIRST, BACK = date(2026, 3, 17), date(2026, 4, 15)


def term(cast: Cast, code: str) -> Deadline:
    found = cast.procedure.deadlines.filter(rule_code=code).order_by("opened_by_id").last()
    assert found is not None
    return found


def planned(cast: Cast) -> dict[int, date]:
    return {day.number: day.on for day in cast.procedure.days.all()}


def take(cast: Cast, *steps: tuple[str, date], **more: Any) -> None:
    for name, on in steps:
        roads.take(cast, name, on, **more)


def prepared(first: date = FIRST) -> Cast:
    """At the border since this day, in rest and preparation since two days later."""
    cast = roads.people_on_the_road()
    asked = first + 2 * ONE_DAY
    take(
        cast,
        ("impose_border_measure", first),
        ("start_registration", first),
        ("lodge_application", first),
        ("start_application_interview", asked),
        ("finish_application_interview", asked),
        ("begin_preparation", asked),
    )
    return cast


def begun(day_one: date) -> Cast:
    """In the days of the procedure at the border, on day 1; at the border since eleven days."""
    first = day_one - 11 * ONE_DAY
    cast = prepared(first)
    take(cast, ("complete_preparation", first + 9 * ONE_DAY), day_one_on=day_one)
    take(cast, ("start_general_procedure", day_one))
    return cast


def assessed_and_left(day_one: date) -> Cast:
    """Two days were had at the border; it is left on the third, and the examination goes on on 15 April."""
    cast = begun(day_one)
    second = day_one + ONE_DAY
    take(
        cast,
        ("close_interview", day_one),
        ("file corrections", second),
        ("close_corrections", second),
        ("lift_border_measure", second + ONE_DAY),
    )
    resume(cast, BACK - ONE_DAY, BACK)
    return cast


def resume(cast: Cast, on: date, resumes_on: date) -> None:
    pause = cast.procedure.suspensions.get(ground="border_left")
    take(cast, ("resume", on), hour=17, suspension=str(pause.pk), resumes_on=resumes_on)


@pytest.mark.parametrize("day_one", [date(2026, 4, 10), date(2026, 4, 4), date(2026, 4, 11)])
def test_what_opens_after_the_border_was_left_ends_on_the_planned_days(day_one: date) -> None:
    """Vb 3.109b(4): day 3 is the first day after the pause; a Saturday can be day 1 at the border alone."""
    cast = assessed_and_left(day_one)
    days = planned(cast)
    assert [days[number].day for number in (3, 4, 5, 6)] == [15, 16, 17, 20]
    take(cast, ("issue_intended_decision", BACK))
    view = term(cast, "AA-VIEW")
    assert (view.effective_due_on, view.state) == (days[4], S.OPEN)
    take(cast, ("file response", days[4]), ("close_response", days[4]))
    assert term(cast, "AA-DEC").effective_due_on == days[6]


def test_a_day_that_is_over_gives_the_next_day_by_the_calendar_of_everybody() -> None:
    """Vb 3.119: new facts on day 5, so that another response is asked; the weekend counts no more."""
    cast = assessed_and_left(date(2026, 4, 10))
    take(
        cast,
        ("issue_intended_decision", BACK),
        ("file response", date(2026, 4, 16)),
        ("close_response", date(2026, 4, 16)),
        ("reconsider", date(2026, 4, 17)),
    )
    assert term(cast, "AA-VIEW").effective_due_on == date(2026, 4, 20)


def test_what_opens_while_the_examination_waits_ends_on_the_planned_day_too() -> None:
    day_one = date(2026, 4, 11)
    cast = begun(day_one)
    take(cast, ("lift_border_measure", day_one), ("close_interview", day_one))
    corrections = term(cast, "AA-COR")
    assert corrections.state == S.SUSPENDED
    resume(cast, BACK - ONE_DAY, BACK)
    # The border was left on day 1 itself, which stood still: it is had on 15 April.
    assert (planned(cast)[1], planned(cast)[2]) == (BACK, BACK + ONE_DAY)
    assert (term(cast, "AA-COR").state, term(cast, "AA-COR").effective_due_on) == (S.OPEN, BACK + ONE_DAY)


def test_a_longer_procedure_counts_its_days_on_both_calendars() -> None:
    cast = assessed_and_left(date(2026, 4, 10))
    take(cast, ("extend_general_procedure", BACK))
    # Two days at the border and sixteen since 15 April; 27 April and 5 May are holidays.
    assert term(cast, "AA-EXT").effective_due_on == date(2026, 5, 8)


def test_planned_days_stand_still_as_long_as_one_of_two_pauses_does() -> None:
    day_one = date(2026, 4, 10)
    cast = begun(day_one)
    take(cast, ("pause", day_one), ground="health", starts_on=day_one)
    take(cast, ("lift_border_measure", day_one))
    well = date(2026, 4, 14)
    health = str(cast.procedure.suspensions.get(ground="health").pk)
    take(cast, ("resume", well), suspension=health, resumes_on=well)
    assert term(cast, "AA-INT").state == S.SUSPENDED
    assert all(day.stands_still for day in cast.procedure.days.all())
    resume(cast, well, date(2026, 4, 16))
    assert [on.day for on in planned(cast).values()] == [16, 17, 20, 21, 22, 23]
    assert term(cast, "AA-INT").effective_due_on == planned(cast)[1]
    assert not any(day.stands_still for day in cast.procedure.days.all())


# When it may go on, and until when there is time


def refused(cast: Cast, name: str, on: date, **more: Any) -> dict[str, list[str]]:
    with translation.override("en"):
        with pytest.raises(ValidationError) as wrong:
            take(cast, (name, on), **more)
        return wrong.value.message_dict


def test_the_examination_goes_on_when_the_notice_has_had_its_whole_day() -> None:
    """Vb 3.109b(5), BOR-02: told on Monday, so that Tuesday is free and Wednesday the first day."""
    cast = begun(date(2026, 4, 10))
    left, first = date(2026, 4, 13), date(2026, 4, 15)
    take(cast, ("lift_border_measure", left))
    assert term(cast, "BOR-02").effective_due_on == first
    pause = str(cast.procedure.suspensions.get().pk)
    wrong = refused(cast, "resume", left, hour=17, suspension=pause, resumes_on=first - ONE_DAY)
    assert wrong == {
        "resumes_on": ["The person must be told at least one day before. Choose a later day."],
    }
    resume(cast, left, first)
    assert term(cast, "BOR-02").state == S.MET


def test_the_days_at_the_border_end_with_the_four_weeks() -> None:
    """Model C4.4, Vw 3(7): begun on 9 April six days end on the 14th, on which the measure ends at nine."""
    cast = prepared()
    on = date(2026, 3, 26)
    wrong = refused(cast, "complete_preparation", on, day_one_on=date(2026, 4, 10))
    assert wrong == {
        "day_one_on": [
            "The border measure ends on Tuesday 14 April 2026, 09:00. "
            "The last day would be Wednesday 15 April 2026. Choose an earlier day 1."
        ]
    }
    take(cast, ("complete_preparation", on), day_one_on=date(2026, 4, 9))
    wrong = refused(cast, "announce_other_day_one", on, day_one_on=date(2026, 4, 10))
    assert list(wrong) == ["day_one_on"]


def test_away_from_the_border_nothing_ends_the_days() -> None:
    cast = prepared()
    take(cast, ("lift_border_measure", date(2026, 3, 26)))
    take(cast, ("complete_preparation", date(2026, 3, 27)), day_one_on=date(2026, 4, 10))
    assert planned(cast)[6] == date(2026, 4, 17)
