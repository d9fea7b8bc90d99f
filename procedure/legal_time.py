"""The clock of the law: Amsterdam. Times that the change of the clock skips or repeats are not guessed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from procedure.calendars import CannotCompute

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
END_OF_DAY = time(23, 59, 59)


class NoSuchTime(CannotCompute):
    """The clock never showed this time, or showed it twice."""


def in_amsterdam(moment: datetime) -> datetime:
    """The moment on the clock in Amsterdam; without an offset it is taken as a time on that clock."""
    if moment.tzinfo is not None:
        return moment.astimezone(UTC).astimezone(AMSTERDAM)
    first, second = (moment.replace(tzinfo=AMSTERDAM, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    shown = f"{moment:%Y-%m-%d %H:%M}"
    if first.astimezone(UTC).astimezone(AMSTERDAM).replace(tzinfo=None) != moment:
        raise NoSuchTime(f"there is no {shown} in Amsterdam: the clock goes forward over that hour")
    raise NoSuchTime(
        f"{shown} comes twice in Amsterdam: add the offset, "
        f"{_offset(first)} before the clock goes back or {_offset(second)} after it"
    )


def same_time_later(moment: datetime, days: int) -> datetime:
    """The same time on the clock so many days later; in the hour that spring skips, the one after it."""
    return (moment + timedelta(days=days)).astimezone(UTC).astimezone(AMSTERDAM)


def hours_later(moment: datetime, hours: int) -> datetime:
    """So many hours of real time later, also in the nights when the clock is changed."""
    return (moment.astimezone(UTC) + timedelta(hours=hours)).astimezone(AMSTERDAM)


def _offset(moment: datetime) -> str:
    return moment.isoformat()[-6:]
