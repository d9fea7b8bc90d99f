"""Dates in the reader's own words, the same day for everybody."""

import re
from datetime import UTC, date, datetime

import pytest
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.utils import translation

from asylum_portal import dates, languages

DAY = date(2026, 4, 2)
LONG = {
    "nl": "donderdag 2 april 2026",
    "en": "Thursday 2 April 2026",
    "ar": "الخميس، 2 أبريل/نيسان 2026",
    "ti": "ሓሙስ፣ 2 ሚያዝያ 2026",
    "so": "Khamiis 2 Abriil 2026",
    "tr": "2 Nisan 2026 Perşembe",
    "fa": "پنجشنبه 2 آوریل 2026",
    "prs": "پنجشنبه 2 اپریل 2026",
    "ps": "پينځنۍ 2 اپریل 2026",
    "fr": "jeudi 2 avril 2026",
}


@pytest.mark.parametrize("code", languages.ALL)
def test_a_day_is_written_with_weekday_and_month_in_words(code: str) -> None:
    assert dates.long_date(DAY, language=code) == LONG[code]


@pytest.mark.parametrize("code", languages.ALL)
def test_every_language_has_twelve_months_and_seven_weekdays_of_its_own(code: str) -> None:
    months = {dates.month_name(date(2026, month, 1), language=code) for month in range(1, 13)}
    weekdays = {dates.weekday(date(2026, 3, day), language=code) for day in range(1, 8)}
    assert (len(months), len(weekdays)) == (12, 7)
    if code != "en":
        assert dates.weekday(DAY, language=code) != "Thursday"


@pytest.mark.parametrize("code", languages.ALL)
def test_above_a_calendar_stand_its_month_and_initials_that_fit_a_narrow_column(code: str) -> None:
    assert dates.month_and_year(DAY, language=code).endswith(" 2026")
    initials = [dates.weekday_initials(date(2026, 4, day), language=code) for day in range(6, 13)]
    assert all(1 <= len(initial) <= 6 and not re.search(r"\d", initial) for initial in initials)


@pytest.mark.parametrize("code", languages.ALL)
def test_the_digits_are_those_of_the_letters(code: str) -> None:
    moment = datetime(2026, 12, 31, 8, 5, tzinfo=UTC)
    text = dates.long_datetime(moment, language=code) + dates.short_date(moment, language=code)
    assert re.findall(r"\d+", text) == re.findall("[0-9]+", text)
    assert "09:05" in text and text.count("2026") == 2 and text.count("31") == 2


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2026, 4, 2, 21, 59, tzinfo=UTC), "Thursday 2 April 2026, 23:59"),
        (datetime(2026, 4, 2, 22, 0, tzinfo=UTC), "Friday 3 April 2026, 00:00"),
        # Both nights on which the clock changes.
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "Sunday 29 March 2026, 03:30"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Sunday 25 October 2026, 02:30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Sunday 25 October 2026, 02:30"),
    ],
)
def test_a_moment_stands_on_the_clock_of_the_netherlands(moment: datetime, written: str) -> None:
    assert dates.long_datetime(moment, language="en") == written


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 4, 2), "today"),
        (date(2026, 4, 3), "tomorrow"),
        (date(2026, 4, 1), "yesterday"),
        (date(2026, 4, 4), "in 2 days"),
        (date(2026, 3, 31), "2 days ago"),
        (date(2027, 4, 2), "in 365 days"),
        # Half past eleven in the evening in London is tomorrow already in Amsterdam.
        (datetime(2026, 4, 2, 22, 30, tzinfo=UTC), "tomorrow"),
    ],
)
def test_how_far_a_day_is_away(day: date, said: str) -> None:
    assert dates.days_away(day, today=DAY, language="en") == said


def test_the_language_is_the_readers_unless_another_is_asked_for() -> None:
    with translation.override("nl"):
        assert dates.long_date(DAY) == LONG["nl"]
        assert dates.long_date(DAY, language="ti") == LONG["ti"]
        assert dates.days_away(DAY, today=DAY, language="en") == "today"
        assert translation.get_language() == "nl"


def test_an_unknown_language_is_answered_in_english() -> None:
    assert dates.long_date(DAY, language="xx") == LONG["en"]
    assert dates.long_date(DAY, language="nl-be") == LONG["nl"]


@pytest.mark.parametrize("code", languages.ALL)
def test_django_knows_every_language_and_its_direction(code: str) -> None:
    info = translation.get_language_info(code)
    assert info["name_local"] and info["bidi"] == (code in {"ar", "fa", "prs", "ps"})


def render(source: str, **context: object) -> str:
    return Template("{% load reading %}" + source).render(Context(context))


def test_a_date_on_a_page_carries_its_machine_readable_form() -> None:
    with translation.override("ti"):
        assert render("{% when d %}", d=DAY) == f'<time datetime="2026-04-02">{LONG["ti"]}</time>'
        moment = datetime(2026, 4, 2, 22, 30, tzinfo=UTC)
        assert (
            render("{% when d 'time' %}", d=moment) == '<time datetime="2026-04-03T00:30+02:00">00:30</time>'
        )
        assert render("{% when d %}{% when d 'short' %}{{ d|long_date }}{{ d|days_away:d }}", d=None) == ""


def test_names_are_fenced_off_and_escaped() -> None:
    assert render("{{ n|bdi }}", n="سلام <b>") == "<bdi>سلام &lt;b&gt;</bdi>"
    assert languages.isolate("سلام") == "\u2068سلام\u2069"


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("/nl/cases/7/?page=2", "/ti/cases/7/?page=2"),
        ("/nl/", "/ti/"),
        # No language in the address: the front door.
        ("/xx/cases/", "/ti/"),
        ("/healthz", "/ti/"),
    ],
)
def test_the_language_switch_leads_to_the_same_page(path: str, there: str) -> None:
    with translation.override("nl"):
        source = "{% language_links as links %}{% for l in links %}{{ l.code }}={{ l.url|safe }} {% endfor %}"
        page = Template("{% load reading %}" + source).render(RequestContext(RequestFactory().get(path), {}))
    assert f"ti={there} " in page and [part.split("=")[0] for part in page.split()] == list(languages.ACTIVE)
