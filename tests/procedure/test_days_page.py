"""The plan of the days: a month with every day that counts, six days beside nine."""

from datetime import date

import pytest

from tests.cast import Cast, walk
from tests.procedure.desk import BEGIN, DAY_1, address, sign_in, words

pytestmark = pytest.mark.django_db


def test_six_days_and_nine_stand_side_by_side_with_each_skipped_day_by_name(cast: Cast, stand) -> None:
    walk(cast, until="begin_preparation")
    stand(date(2026, 3, 24))
    client = sign_in(cast.planner)
    response = client.get(address("days", cast.procedure.pk), {"start": "2026-04-01"})
    six, nine = response.context["schedules"]
    assert [day["date"].day for day in six["days"] if "number" in day] == [1, 2, 3, 7, 8, 9]
    assert [day["date"].day for day in nine["days"] if "number" in day] == [1, 2, 3, 7, 8, 9, 10, 13, 14]
    assert [(day["date"].day, day["name"]) for day in six["days"] if day["state"] == "skipped"] == [
        (4, "weekend: Saturday"),
        (5, "weekend: Sunday"),
        (6, "Easter Monday"),
    ]
    assert "Fri 3 Apr 2026 First outcome Good Friday: This day counts" in words(response)
    assert "/complete_preparation/?day_one_on=2026-04-01" in response.content.decode()
    assert not cast.procedure.days.exists()


def test_a_day_that_cannot_be_day_1_is_answered_with_the_next_one(cast: Cast, stand) -> None:
    walk(cast, until="begin_preparation")
    stand(date(2026, 3, 24))
    response = sign_in(cast.planner).get(address("days", cast.procedure.pk), {"start": "2026-04-04"})
    assert response.status_code == 400
    assert (
        "Saturday 4 April 2026 is no day of the procedure: weekend: Saturday. "
        "The next one is Tuesday 7 April 2026."
    ) in words(response)
    assert 'href="?start=2026-04-07"' in response.content.decode()


WRONG_STARTS = [
    ("2031-04-01", "The calendar has no data for the year 2031."),
    ("2028-12-29", "The calendar has no data for the year 2029."),
    ("2026-02-30", "Enter a valid date."),
    ("soon", "Enter a valid date."),
    ("", "This field is required."),
    ("9999-12-31", "The calendar has no data for the year 9999."),
]


def test_a_start_that_is_no_date_or_beyond_the_calendar_is_said(cast: Cast, stand) -> None:
    stand(BEGIN)
    client = sign_in(cast.planner)
    for start, says in WRONG_STARTS:
        response = client.get(address("days", cast.procedure.pk), {"start": start})
        assert response.status_code == 400, start
        assert says in words(response), start


def test_without_a_start_the_first_possible_day_is_tried(cast: Cast, stand) -> None:
    walk(cast, until="begin_preparation")
    stand(date(2026, 3, 24))
    response = sign_in(cast.planner).get(address("days", cast.procedure.pk))
    assert response.context["start"] == date(2026, 3, 26)
    early = sign_in(cast.planner).get(address("days", cast.procedure.pk), {"start": "2026-03-25"})
    assert "This day lies within rest and preparation." in words(early)


def test_the_plan_of_the_days_is_for_the_service(cast: Cast, stand) -> None:
    stand(BEGIN)
    for who, status in {"caseworker": 200, "lawyer": 403, "applicant": 403, "other_planner": 404}.items():
        client = sign_in(cast.people[who])
        assert client.get(address("days", cast.procedure.pk)).status_code == status, who


def test_a_day_1_that_was_tried_stands_in_the_form(cast: Cast, stand) -> None:
    walk(cast, until="begin_preparation")
    stand(DAY_1)
    page = address("step", cast.procedure.pk, "complete_preparation")
    client = sign_in(cast.planner)
    response = client.get(page, {"day_one_on": "2026-04-02"})
    assert 'value="2026-04-02"' in response.content.decode()
    assert "Day 1 Thursday 2 April 2026" in words(response)
    assert client.get(page, {"day_one_on": "2026-02-30"}).status_code == 200
