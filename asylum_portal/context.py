"""What every page knows: the portal's neutral name, its day, and the doors of the demo."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from asylum_portal import clock


def service_name() -> str:
    """The name in the title bar and the header: says nothing about who comes here."""
    return gettext("Portal")


def portal(request: HttpRequest) -> dict[str, Any]:
    """Template context of every page; `today` is a callable: pages without dates do not read the clock."""
    today: Callable[[], date] = clock.today
    return {"service_name": service_name(), "today": today, "demo": _demo(today)}


def _demo(today: Callable[[], date]) -> dict[str, Any] | None:
    if not (settings.DEMO_CLOCK_FILE or settings.DEMO_MAIL_DIR):
        return None
    return {"clock_url": _url("demo-clock"), "mail_url": _url("demo-mail"), "today": today}


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
