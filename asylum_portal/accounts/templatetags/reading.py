"""Template tags that put dates, names and languages into the reader's language and direction."""

from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.template.context import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_from_path

from asylum_portal import context as portal_context
from asylum_portal import dates, languages

register = template.Library()


@register.filter
def long_date(value: date | None) -> str:
    """Thursday 2 April 2026."""
    return dates.long_date(value) if value else ""


@register.filter
def short_date(value: date | None) -> str:
    """Thu 2 Apr 2026."""
    return dates.short_date(value) if value else ""


@register.filter
def long_datetime(value: datetime | None) -> str:
    """Thursday 2 April 2026, 14:00."""
    return dates.long_datetime(value) if value else ""


@register.filter
def clock_time(value: datetime | time | None) -> str:
    """14:00."""
    return dates.clock_time(value) if value is not None else ""


@register.filter
def weekday(value: date | None) -> str:
    """Thursday."""
    return dates.weekday(value) if value else ""


@register.filter
def month_name(value: date | None) -> str:
    """April."""
    return dates.month_name(value) if value else ""


@register.filter
def month_and_year(value: date | None) -> str:
    """April 2026."""
    return dates.month_and_year(value) if value else ""


@register.filter
def weekday_initials(value: date | None) -> str:
    """Th."""
    return dates.weekday_initials(value) if value else ""


@register.filter
def days_away(value: date | None, today: date | None) -> str:
    """Today, tomorrow, in 2 days; empty without a day to count from."""
    return dates.days_away(value, today=today) if value and today else ""


@register.filter
def is_date(value: Any) -> bool:
    """Whether a value of a list of facts is a date or a moment."""
    return isinstance(value, date)


@register.filter
def is_moment(value: Any) -> bool:
    """Whether a date has a time of day."""
    return isinstance(value, datetime)


@register.filter
def is_text(value: Any) -> bool:
    """Whether a value is one text, and not a list of them."""
    return isinstance(value, str)


@register.filter
def wall_day(value: date | None) -> date | None:
    """The day on the calendar in the Netherlands."""
    return dates.wall_day(value) if value else None


@register.filter
def bdi(value: Any) -> SafeString | str:
    """A name, number or file name, fenced off from the direction of the text around it."""
    return format_html("<bdi>{}</bdi>", value) if value not in (None, "") else ""


register.filter("isolate", bdi)


@register.simple_tag
def when(value: date | None, style: str = "long") -> SafeString | str:
    """A date or moment in words with its machine-readable form; style long, short or time."""
    if not value:
        return ""
    if isinstance(value, datetime):
        stamp = dates.wall_clock(value).isoformat(timespec="minutes")
        if style == "time":
            text = dates.clock_time(value)
        else:
            text = dates.short_datetime(value) if style == "short" else dates.long_datetime(value)
    else:
        stamp = value.isoformat()
        text = dates.short_date(value) if style == "short" else dates.long_date(value)
    return format_html('<time datetime="{}">{}</time>', stamp, text)


@register.simple_tag
def service_name() -> str:
    """The neutral name of the portal, also on pages that have no request."""
    return portal_context.service_name()


@register.simple_tag
def text_direction() -> str:
    """rtl or ltr, of the language in use."""
    return "rtl" if languages.is_rtl(get_language()) else "ltr"


@register.simple_tag
def language_name(code: str | None) -> str:
    """A language in its own name."""
    return languages.known(code).own_name


@register.simple_tag(takes_context=True)
def language_links(context: RequestContext) -> list[dict[str, Any]]:
    """This page in each complete language; the language's front door where there is no such page."""
    request = context.get("request")
    path = request.get_full_path() if request is not None else ""
    here = get_language_from_path(urlsplit(path).path) if path else None
    current = languages.known(get_language()).code
    return [
        {
            "code": code,
            "name": name,
            "rtl": languages.is_rtl(code),
            "current": code == current,
            # Only the prefix differs between the languages of a page, so no URL need be resolved again.
            "url": f"/{code}{path[len(here) + 1 :]}" if here else f"/{code}/",
        }
        for code, name in languages.LANGUAGES
    ]
