"""Dates as people read them: the weekday and the month in words, in their own language.

The Gregorian calendar, the 24-hour clock and Western digits in every language, because that is what the
official letters, the reporting card and the reception desk show: a person must be able to compare them sign
by sign. The month is always a word, since 02-04 means April to one reader and February to another, and a date
of digits and dashes is turned round when it stands in Arabic text.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel import dates as babel_dates
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, ngettext

from asylum_portal import languages


@dataclass(frozen=True)
class _Style:
    long: str = "EEEE d MMMM y"
    short: str = "EEE d MMM y"
    initials: str = "EEEEEE"
    comma: str = ", "


_STYLES: dict[str, _Style] = {
    "ar": _Style(long="EEEE، d MMMM y", comma="، ", initials="EEEEE"),
    "fa": _Style(comma="، ", initials="EEEEE"),
    "prs": _Style(comma="، ", initials="EEEEE"),
    "ps": _Style(comma="، "),
    "ti": _Style(long="EEEE፣ d MMMM y", comma="፣ "),
    "tr": _Style(long="d MMMM y EEEE", short="d MMM y EEE"),
}
_PLAIN = _Style()

# Along the Nile and the Gulf people say the name that Babel has, in Syria, Iraq and Palestine this one.
_LEVANTINE_MONTHS = (
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران",
    "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول",
)  # fmt: skip


def long_date(value: date, *, language: str | None = None) -> str:
    """Thursday 2 April 2026."""
    code = _code(language)
    return _format(value, _style(code).long, code)


def short_date(value: date, *, language: str | None = None) -> str:
    """Thu 2 Apr 2026."""
    code = _code(language)
    return _format(value, _style(code).short, code)


def long_datetime(value: datetime, *, language: str | None = None) -> str:
    """Thursday 2 April 2026, 14:00, on the clock of the Netherlands."""
    return long_date(value, language=language) + _style(_code(language)).comma + clock_time(value)


def short_datetime(value: datetime, *, language: str | None = None) -> str:
    """Thu 2 Apr 2026, 14:00."""
    return short_date(value, language=language) + _style(_code(language)).comma + clock_time(value)


def clock_time(value: datetime | time) -> str:
    """14:00; the same in every language."""
    if isinstance(value, datetime):
        value = wall_clock(value)
    return f"{value:%H:%M}"


def weekday(value: date, *, language: str | None = None) -> str:
    """Thursday."""
    return _format(value, "EEEE", _code(language))


def month_name(value: date, *, language: str | None = None) -> str:
    """April, as it stands beside a day number."""
    return _format(value, "MMMM", _code(language))


def month_and_year(value: date, *, language: str | None = None) -> str:
    """April 2026, as it stands above a calendar."""
    return _format(value, "MMMM y", _code(language))


def weekday_initials(value: date, *, language: str | None = None) -> str:
    """Th, as it stands above a column of a calendar."""
    code = _code(language)
    return _format(value, _style(code).initials, code)


def days_away(value: date, *, today: date, language: str | None = None) -> str:
    """How far a date is from today, in words: today, tomorrow, in 2 days, 3 days ago."""
    n = (wall_day(value) - wall_day(today)).days
    with translation.override(_code(language)):
        if n == 0:
            return gettext("today")
        if n == 1:
            return gettext("tomorrow")
        if n == -1:
            return gettext("yesterday")
        if n > 0:
            return ngettext("in %(n)s day", "in %(n)s days", n) % {"n": n}
        return ngettext("%(n)s day ago", "%(n)s days ago", -n) % {"n": -n}


def wall_clock(value: datetime) -> datetime:
    """A moment on the clock of the Netherlands."""
    return value.astimezone(ZoneInfo(settings.TIME_ZONE)) if value.tzinfo is not None else value


def wall_day(value: date) -> date:
    """The day on the calendar in the Netherlands: 23:30 UTC is already tomorrow there."""
    local = wall_clock(value) if isinstance(value, datetime) else value
    return date(local.year, local.month, local.day)


def _code(language: str | None) -> str:
    return languages.known(language or translation.get_language()).code


def _style(code: str) -> _Style:
    return _STYLES.get(code, _PLAIN)


def _format(value: date, pattern: str, code: str) -> str:
    day = wall_day(value)
    text = babel_dates.format_date(day, pattern, locale=languages.ALL[code].babel)
    if code == "ar" and "MMMM" in pattern:
        month = babel_dates.format_date(day, "MMMM", locale="ar")
        text = text.replace(month, f"{month}/{_LEVANTINE_MONTHS[day.month - 1]}")
    return text
