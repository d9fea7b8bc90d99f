"""The clock of the law: Amsterdam. Times that the change of the clock skips or repeats are not guessed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from procedure.calendars import CannotCompute

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
END_OF_DAY = time(23, 59, 59)
ONE_MINUTE = timedelta(minutes=1)


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
    if not _is_shown(moment):
        last, next_ = (f"{_nearest(moment, minute):%H:%M}" for minute in (-ONE_MINUTE, ONE_MINUTE))
        raise NoSuchTime(f"there is no {shown} in Amsterdam: write a time until {last} or from {next_} on")
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


def comes_twice(moment: datetime) -> bool:
    """Is this a time that the clock shows twice, in the night when it goes back?"""
    bare = moment.replace(tzinfo=None)
    first, second = (bare.replace(tzinfo=AMSTERDAM, fold=fold).utcoffset() for fold in (0, 1))
    return first != second and _is_shown(bare)


def _is_shown(bare: datetime) -> bool:
    """Does the clock show this time, or skip it in spring?"""
    return bare.replace(tzinfo=AMSTERDAM).astimezone(UTC).astimezone(AMSTERDAM).replace(tzinfo=None) == bare


def _nearest(bare: datetime, step: timedelta) -> datetime:
    """The first whole minute in this direction that the clock shows."""
    bare = bare.replace(second=0, microsecond=0)
    while not _is_shown(bare):
        bare += step
    return bare


def _offset(moment: datetime) -> str:
    return moment.isoformat()[-6:]
