"""The plan of the days: a month with every day that counts, six days beside nine."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from asylum_portal import dates
from procedure.models import Appointment, Procedure, Suspension
from tests.cast import Cast, at, load_law, walk
from tests.procedure.desk import BEGIN, DAY_1, DAY_2, address, sign_in, words

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


# The months


def months(cast: Cast, language: str = "en", **query: str) -> Any:
    """The page as the planner gets it."""
    return sign_in(cast.planner).get(address("days", cast.procedure.pk, language=language), query)


def offered(response: Any) -> list[str]:
    """The days that the months offer as day 1."""
    return re.findall(r'&amp;start=([\d-]+)"><time', response.content.decode())


def cells(response: Any) -> dict[date, str]:
    """What stands in each day of the two months."""
    found = re.findall(
        r'<td class="day[^>]*>.*?<time datetime="([\d-]+)">(.*?)</td>', response.content.decode(), re.DOTALL
    )
    return {
        date.fromisoformat(day): " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())
        for day, text in found
    }


@pytest.fixture
def resting(cast: Cast, stand) -> Cast:
    """Two days before rest and preparation are over."""
    walk(cast, until="begin_preparation")
    stand(date(2026, 3, 24))
    return cast


def test_two_months_stand_as_tables_from_monday_to_sunday(resting: Cast) -> None:
    page = months(resting).content.decode()
    assert re.findall(r"<caption>(.*?)</caption>", page) == ["March 2026", "April 2026"]
    assert re.findall(r'<th scope="col">.*?hidden">(\w+)</span></th>', page)[:7] == [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ]
    assert len(cells(months(resting))) == 61


@pytest.mark.parametrize(
    ("language", "caption", "monday"),
    [("nl", "maart 2026", "maandag"), ("ar", "مارس/آذار 2026", "الاثنين"), ("ti", "መጋቢት 2026", "ሰኑይ")],
)
def test_the_months_speak_the_readers_language(
    resting: Cast, language: str, caption: str, monday: str
) -> None:
    page = months(resting, language).content.decode()
    assert f"<caption>{caption}</caption>" in page
    assert re.findall(r'<th scope="col">.*?hidden">(\w+)</span>', page)[0] == monday


def test_each_day_says_in_words_whether_it_counts_and_what_is_on_it(resting: Cast) -> None:
    Appointment.objects.create(
        procedure=resting.procedure,
        kind=Appointment.Kind.LAWYER,
        starts_at=at(date(2026, 3, 25), 14),
        place="Zwolle",
    )
    response = months(resting, start="2026-04-01")
    found = cells(response)
    assert found[date(2026, 3, 24)] == "24 today"
    assert found[date(2026, 3, 25)] == "25 ● 14:00 rest ends"
    assert found[date(2026, 4, 1)] == "1 Wednesday 1 April 2026: try as day 1 D1"
    assert found[date(2026, 4, 3)] == "3 Friday 3 April 2026: try as day 1 D3 Good Friday"
    assert found[date(2026, 4, 4)] == "4 does not count: weekend: Saturday"
    assert found[date(2026, 4, 6)] == "6 does not count: Easter Monday Easter Monday"
    assert found[date(2026, 4, 9)].endswith("D6")
    assert found[date(2026, 4, 14)].endswith("D9")
    page = words(response)
    assert "Wed 25 Mar 2026 last day of rest and preparation 14:00 First meeting with your lawyer" in page
    assert "Fri 3 Apr 2026 Good Friday: counts, though many offices are closed" in page
    assert "Mon 6 Apr 2026 Easter Monday: does not count" in page


def test_a_pause_stands_in_the_months_with_its_ground(resting: Cast) -> None:
    Suspension.objects.create(
        procedure=resting.procedure,
        package_name="nl-2021",
        ground="no_show",
        starts_on=date(2026, 4, 20),
        ends_on=date(2026, 4, 21),
        started_by=resting.procedure.transitions.last(),
    )
    response = months(resting, start="2026-04-01")
    found = cells(response)
    assert [day.day for day, text in found.items() if "stands still" in text] == [20, 21]
    title = resting.procedure.package.law.suspensions["no_show"].title
    assert f"Mon 20 Apr 2026 stands still: {title} (until Tue 21 Apr 2026 )" in words(response)


# From before the end of rest and preparation to after Easter.
AROUND_EASTER = [date(2026, 3, 23) + timedelta(days=day) for day in range(17)]


def test_a_day_is_offered_exactly_when_the_page_takes_it(resting: Cast) -> None:
    seen = offered(months(resting))
    assert (seen[0], len(seen)) == ("2026-03-26", 24)
    for day in AROUND_EASTER:
        status = 200 if day.isoformat() in seen else 400
        assert months(resting, start=day.isoformat()).status_code == status, day


def test_a_day_is_offered_exactly_when_the_step_takes_it(resting: Cast, stand) -> None:
    today = date(2026, 3, 26)
    stand(today)
    seen = offered(months(resting))
    for day in AROUND_EASTER:
        with transaction.atomic():
            if day.isoformat() in seen:
                resting.take("complete_preparation", today, by="planner", day_one_on=day)
            else:
                with pytest.raises(ValidationError) as wrong:
                    resting.take("complete_preparation", today, by="planner", day_one_on=day)
                assert set(wrong.value.message_dict) == {"day_one_on"}, day
            transaction.set_rollback(True)
        resting.procedure.refresh_from_db()


REFUSED_STARTS = [
    ("2026-03-25", "within rest and preparation", "Thursday 26 March 2026"),
    ("2026-03-22", "within rest and preparation", "Thursday 26 March 2026"),
    ("2026-03-28", "weekend: Saturday", "Monday 30 March 2026"),
    ("2026-04-06", "Easter Monday", "Tuesday 7 April 2026"),
]


def test_a_refused_day_names_the_first_that_is_allowed_and_loses_nothing(resting: Cast) -> None:
    for start, why, first in REFUSED_STARTS:
        response = months(resting, start=start)
        page = words(response)
        assert response.status_code == 400, start
        assert why in page and f"Take {first}" in page, start
        assert f'value="{start}"' in response.content.decode()
        assert cells(response)[date.fromisoformat(start)].split()[1] == "no"
        link = re.findall(r'class="button" href="(\?start=[\d-]+)"', response.content.decode())[0]
        again = sign_in(resting.planner).get(address("days", resting.procedure.pk) + link)
        assert again.status_code == 200, start
        assert dates.long_date(again.context["start"], language="en") == first
    assert "Deze dag valt binnen rust en voorbereiding" in words(months(resting, "nl", start="2026-03-25"))


def test_a_day_that_is_over_is_refused(cast: Cast, stand) -> None:
    walk(cast, until="begin_preparation")
    stand(date(2026, 4, 4))
    response = months(cast, start="2026-03-30")
    assert response.status_code == 400
    page = words(response)
    assert "Day 1 lies in the past. The first day that can be day 1 is Tuesday 7 April 2026." in page


def test_one_leafs_through_the_months_and_keeps_the_day_that_was_tried(resting: Cast) -> None:
    page = months(resting, start="2026-04-01", month="2026-06").content.decode()
    assert re.findall(r"<caption>(.*?)</caption>", page) == ["June 2026", "July 2026"]
    assert '<a rel="prev" href="?month=2026-05&amp;start=2026-04-01">' in page
    assert '<a rel="next" href="?month=2026-07&amp;start=2026-04-01">' in page
    assert '<a href="?month=2026-03&amp;start=2026-04-01">This month</a>' in page
    assert "&amp;start=2026-06-01" in page


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "april", "2026-4", "0000-01", "2026-04-01", "%00"])
def test_what_is_no_month_is_said_and_the_usual_months_shown(resting: Cast, month: str) -> None:
    response = months(resting, start="2026-04-01", month=month)
    assert response.status_code == 400
    assert "This is no month." in words(response)
    assert len(cells(response)) == 61
    assert response.context["start"] == date(2026, 4, 1)


def test_a_month_of_a_year_without_data_says_so_and_guesses_nothing(resting: Cast) -> None:
    response = months(resting, month="2028-12")
    assert response.status_code == 200
    assert "January 2029 The calendar has no data for the year 2029" in words(response)
    assert {day.year for day in cells(response)} == {2028}
    for month, shown in {"0001-01": 2, "9999-12": 1, "9999-11": 2}.items():
        response = months(resting, month=month)
        assert (response.status_code, len(response.context["sheets"])) == (200, shown), month
        assert cells(response) == {}


SCHEDULES = [
    ("SCH6", ["SCH6", "SCH9"], {1, 2, 3, 4, 5, 6}, True),
    ("HASA3", ["HASA3", "HASA6"], {1, 2, 7}, False),
    ("HASA6", ["HASA3", "HASA6"], {1, 2, 3, 7, 8, 9}, True),
]


@pytest.mark.parametrize(("schedule", "compared", "days", "good_friday"), SCHEDULES)
def test_each_schedule_counts_by_its_own_calendar(
    resting: Cast, schedule: str, compared: list[str], days: set[int], good_friday: bool
) -> None:
    Procedure.objects.filter(pk=resting.procedure.pk).update(schedule=schedule)
    response = months(resting, start="2026-04-01", month="2026-04")
    assert [shown["code"] for shown in response.context["schedules"]] == compared
    sheet = response.context["sheets"][0]
    assert {cell.on.day for cell in sheet.cells() if cell.own_day} == days
    assert ("2026-04-03" in offered(response)) == good_friday
    assert ("2026-04-04" in offered(response)) == (schedule == "SCH6")


def test_a_repeat_application_has_no_rest_and_preparation_to_wait_for(resting: Cast) -> None:
    Procedure.objects.filter(pk=resting.procedure.pk).update(track="repeat", schedule="HASA3")
    assert offered(months(resting))[0] == "2026-03-24"


def test_a_schedule_that_cannot_begin_on_that_day_is_left_out_of_the_comparison(resting: Cast) -> None:
    Procedure.objects.filter(pk=resting.procedure.pk).update(schedule="HASA6")
    response = months(resting, start="2026-04-03")  # Good Friday is no working day
    assert [shown["code"] for shown in response.context["schedules"]] == ["HASA6"]


def test_a_law_without_planned_days_still_shows_which_days_are_working_days(resting: Cast) -> None:
    Procedure.objects.filter(pk=resting.procedure.pk).update(package=load_law("nl-2026"))
    response = months(resting)
    assert response.status_code == 200
    assert (offered(response), response.context["schedules"]) == ([], [])
    assert "4 does not count: weekend: Saturday" in cells(response).values()


def test_announced_days_stand_in_the_months_as_they_are_stored(cast: Cast, stand) -> None:
    walk(cast, until="complete_preparation")
    stand(DAY_1)
    cast.procedure.days.filter(number=6).update(on=date(2026, 4, 10))
    response = months(cast)
    assert "Day 1 that was announced: Wednesday 1 April 2026" in words(response)
    own = {cell.on.day for sheet in response.context["sheets"] for cell in sheet.cells() if cell.own_day}
    assert own == {1, 2, 3, 7, 8, 10}


def test_a_day_1_that_was_missed_makes_room_for_another(cast: Cast, stand) -> None:
    walk(cast, until="complete_preparation")
    stand(date(2026, 4, 3))
    response = months(cast)
    assert response.context["start"] == date(2026, 4, 3)
    assert "/announce_other_day_one/?day_one_on=2026-04-03" in response.content.decode()


def test_once_day_1_has_begun_nothing_is_left_to_choose(cast: Cast, stand) -> None:
    walk(cast, until="close_interview")
    stand(DAY_2)
    response = months(cast)
    assert response.status_code == 200
    assert offered(response) == []
    assert "<input" not in response.content.decode().split('id="main"')[1]
    assert cells(response)[DAY_2] == "2 D2 today"


def test_the_page_asks_the_same_few_questions_whatever_it_shows(resting: Cast) -> None:
    client = sign_in(resting.planner)
    page = address("days", resting.procedure.pk)
    client.get(page)
    with CaptureQueriesContext(connection) as plain:
        client.get(page)
    with CaptureQueriesContext(connection) as tried:
        client.get(page, {"start": "2026-04-01", "month": "2026-09"})
    assert len(tried) == len(plain) <= 16


def test_the_step_leads_to_the_calendar_and_back(resting: Cast) -> None:
    step = sign_in(resting.planner).get(address("step", resting.procedure.pk, "complete_preparation"))
    assert f'href="{address("days", resting.procedure.pk)}"' in step.content.decode()
    assert "/complete_preparation/?day_one_on=2026-03-26" in months(resting).content.decode()
