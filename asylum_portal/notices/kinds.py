"""The kinds of notice and their words.

A notice is read on shared phones and in other people's mail boxes. It says that there is something, and until
when: never what, never whose, no word by which a bystander learns who the reader is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from .profiles import AMSTERDAM

Context = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of notice says, and how it behaves when it is delayed."""

    code: str
    subject: Promise
    body: Promise
    needs: frozenset[str] = frozenset()
    any_hour: bool = False
    """Goes out in the quiet hours too: the reader has just acted and waits for it."""
    until_due: bool = False
    """Not sent any more once its date has passed."""
    on_the_day: str = ""
    """The kind that says the same when it goes out on the date itself."""


def _kind(code: str, subject: Promise, body: Promise, **more: object) -> Kind:
    return Kind(code=code, subject=subject, body=body, **more)  # type: ignore[arg-type]


DATE = frozenset({"due_on"})

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        # Dates that the reader must keep
        _kind(
            "deadline_opened",
            _("There is a new date for you"),
            _("Something must be done on %(due_on)s at the latest."),
            needs=DATE,
            until_due=True,
        ),
        _kind(
            "deadline_coming",
            _("A date is coming"),
            ngettext_lazy(
                "Something must be done on %(due_on)s at the latest. That is in %(days)s day.",
                "Something must be done on %(due_on)s at the latest. That is in %(days)s days.",
                "days",
            ),
            needs=DATE,
            until_due=True,
            on_the_day="deadline_today",
        ),
        _kind(
            "deadline_today",
            _("Something must be done today"),
            _("Something must be done today, %(due_on)s, before midnight."),
            needs=DATE,
            until_due=True,
        ),
        _kind(
            "deadline_missed",
            _("A date has passed"),
            _(
                "Something had to be done on %(due_on)s at the latest. It is not done yet. "
                "You can still do it, but it will be marked as late. Ask for help today."
            ),
            needs=DATE,
        ),
        _kind(
            "deadline_closed",
            _("The day has ended"),
            _(
                "Something had to be done on %(due_on)s. What you send from now on will be marked as late. "
                "Ask for help today."
            ),
            needs=DATE,
        ),
        _kind(
            "deadline_changed",
            _("A date has changed"),
            _("Something must now be done on %(due_on)s at the latest."),
            needs=DATE,
            until_due=True,
        ),
        # News
        _kind("step_taken", _("There is news"), _("There is news in your portal.")),
        _kind("message_received", _("There is a message"), _("There is a new message in your portal.")),
        _kind("document_received", _("There is a letter"), _("There is a new letter in your portal.")),
        _kind(
            "appointment_planned",
            _("There is an appointment"),
            _("There is an appointment for you on %(due_on)s."),
            needs=DATE,
            until_due=True,
        ),
        _kind(
            "appointment_changed",
            _("An appointment has changed"),
            _("An appointment has changed. It was or is on %(due_on)s."),
            needs=DATE,
            until_due=True,
        ),
        _kind(
            "filing_received",
            _("Your letter has arrived"),
            _("What you sent has arrived. The receipt is in the portal."),
            any_hour=True,
        ),
        _kind("lawyer_assigned", _("There is news"), _("There is somebody new in your portal.")),
        # The weekly visit to the desk
        _kind(
            "reporting_tomorrow",
            _("Something is planned for tomorrow"),
            _("Something is planned for you tomorrow, %(due_on)s."),
            needs=DATE,
            until_due=True,
            on_the_day="reporting_today",
        ),
        _kind(
            "reporting_today",
            _("Something is planned for today"),
            _("Something is planned for you today, %(due_on)s. It has not been done yet."),
            needs=DATE,
            until_due=True,
        ),
        _kind(
            "reporting_missed",
            _("We missed you"),
            _("Something was planned for you on %(due_on)s. We did not see you. Please come to the desk."),
            needs=DATE,
        ),
        # Work
        _kind("work_assigned", _("There is new work"), _("There is new work in your list.")),
        _kind("filing_arrived", _("Something has come in"), _("Something has come in for your work list.")),
        _kind(
            "staff_coming",
            _("A date is coming in your work list"),
            ngettext_lazy(
                "Something in your work list ends on %(due_on)s. That is in %(days)s day.",
                "Something in your work list ends on %(due_on)s. That is in %(days)s days.",
                "days",
            ),
            needs=DATE,
            until_due=True,
            on_the_day="staff_today",
        ),
        _kind(
            "staff_today",
            _("A date in your work list is today"),
            _("Something in your work list ends today, %(due_on)s, and is still open."),
            needs=DATE,
            until_due=True,
        ),
        _kind(
            "staff_missed",
            _("A date in your work list has passed"),
            _("Something that you wait for had to come on %(due_on)s at the latest. It has not come."),
            needs=DATE,
        ),
        _kind(
            "staff_overrun",
            _("A date in your work list was not kept"),
            _("Something in your work list had to be done on %(due_on)s at the latest. It is still open."),
            needs=DATE,
        ),
        _kind(
            "staff_reporting_missed",
            _("Somebody was not seen"),
            _("Somebody was not seen on %(due_on)s. Please make contact."),
            needs=DATE,
        ),
        _kind(
            "staff_reporting_missed_twice",
            _("Somebody was not seen twice"),
            _("Somebody was not seen two times in a row, the last time on %(due_on)s. Please look at it."),
            needs=DATE,
        ),
        # The account
        _kind(
            "activation",
            _("Your access has changed"),
            _("Your access to the portal has changed. Was it not you? Then ask for help now."),
            any_hour=True,
        ),
    )
}

# A path is opened after sign-in and never written into a mail; letters beyond these could carry a name.
_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.-]*", re.ASCII)
_REFERENCE = re.compile(r"[A-Za-z0-9:_.@+-]*", re.ASCII)


def checked_context(kind: str, context: Mapping[str, object]) -> Context:
    """The context as it may be stored: dates, counts and paths; anything else raises ValueError."""
    if kind not in KINDS:
        raise ValueError(f"there is no notice of kind {kind!r}")
    if missing := KINDS[kind].needs - context.keys():
        raise ValueError(f"a notice of kind {kind!r} needs {', '.join(sorted(missing))}")
    return {name: _checked(name, value) for name, value in context.items()}


def _checked(name: str, value: object) -> str | int:
    if name.endswith("_on"):
        if isinstance(value, datetime):
            value = value.astimezone(AMSTERDAM).date()
        return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()
    if name in ("days", "count") and isinstance(value, int):
        return value
    if name == "path" and _PATH.fullmatch(str(value)):
        return str(value)
    raise ValueError(f"a notice holds dates, counts and paths alone, not {name!r}")


def checked_reference(text: str) -> str:
    """A key or reference without spaces and letters of names; raises ValueError."""
    if not _REFERENCE.fullmatch(text):
        raise ValueError("a key or reference of a notice is made of codes and ids")
    return text
