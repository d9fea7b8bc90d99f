"""The portal's one clock: read in views, tasks, API and commands, passed as an argument everywhere else.

In the demo a file moves it, so that a visitor can walk a case through its days without waiting for them.
"""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """This moment, aware; in the demo moved by the offset that the visitor chose."""
    return timezone.now() + _offset()


def today() -> date:
    """This day in Amsterdam, where legal time is kept."""
    return timezone.localdate(now())


def move(*, days: int) -> datetime:
    """Move the demo's clock forward by whole days; raises ValueError backwards or outside the demo.

    Backwards would put events before those already recorded.
    """
    if days < 0:
        raise ValueError("the clock moves forward only")
    path = _file()
    if path is None:
        raise ValueError("only the demo has a clock that moves")
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whole local days, so that the time on the wall stays the same over both clock changes.
    here = timezone.localtime(now())
    then = (here.replace(tzinfo=None) + timedelta(days=days)).replace(tzinfo=here.tzinfo)
    offset = (then - timezone.now()).total_seconds()
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps({"offset_seconds": round(offset)}))
    temporary.replace(path)
    return now()


def _file() -> Path | None:
    return settings.DEMO_CLOCK_FILE


def _offset() -> timedelta:
    path = _file()
    if path is None or not path.exists():
        return timedelta()
    return timedelta(seconds=json.loads(path.read_text())["offset_seconds"])
