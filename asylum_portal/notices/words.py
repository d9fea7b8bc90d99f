"""What a notice says: in the reader's language, true on the day on which it goes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from asylum_portal import dates, languages

from .kinds import KINDS, Kind


@dataclass(frozen=True, slots=True)
class Words:
    """Subject and sentence of a notice."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it is handed over."""

    subject: str
    text: str
    html: str
    language: str
    direction: str


def reader_language(code: str) -> str:
    """The language in which the portal speaks to somebody; English where theirs is not complete yet."""
    return code if code in dict(settings.LANGUAGES) else languages.SOURCE


def days_left(context: Mapping[str, str | int], *, on: date) -> int | None:
    """Days until the date in a notice; None when it has no date."""
    due_on = context.get("due_on")
    return None if due_on is None else (date.fromisoformat(str(due_on)) - on).days


def too_late(kind: str, context: Mapping[str, str | int], *, on: date) -> bool:
    """Whether the date has passed that this notice says is still to come."""
    left = days_left(context, on=on)
    return KINDS[kind].until_due and left is not None and left < 0


def words(kind: str, context: Mapping[str, str | int], *, language: str, on: date) -> Words:
    """Subject and sentence as they are true on a day: a reminder that was held up counts from that day."""
    left = days_left(context, on=on)
    said = _said(KINDS[kind], left)
    with translation.override(language):
        values: dict[str, str | int] = dict(context)
        if left is not None:
            values |= {
                "days": max(left, 0),
                "due_on": dates.long_date(date.fromisoformat(str(context["due_on"])), language=language),
            }
        return Words(subject=str(said.subject), body=str(said.body % values))


def mail(
    kind: str,
    context: Mapping[str, str | int],
    *,
    notice_id: UUID,
    language: str,
    at_work: bool,
    now: datetime,
) -> Mail:
    """The whole mail; the link leads to the notice in the portal, never to what it is about."""
    said = words(kind, context, language=language, on=dates.wall_day(now))
    direction = "rtl" if languages.is_rtl(language) else "ltr"
    with translation.override(language):
        page = {
            "subject": said.subject,
            "body": said.body,
            "url": settings.PORTAL_URL.rstrip("/") + reverse("notices:open", args=[notice_id]),
            "at_work": at_work,
            "language": language,
            "direction": direction,
        }
        return Mail(
            subject=said.subject,
            text=render_to_string("notices/mail.txt", page),
            html=render_to_string("notices/mail.html", page),
            language=language,
            direction=direction,
        )


def _said(kind: Kind, left: int | None) -> Kind:
    return KINDS[kind.on_the_day] if kind.on_the_day and left == 0 else kind
