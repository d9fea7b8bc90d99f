"""What a published package becomes by a change that was confirmed. No database, no clock."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from typing import Any

from procedure.calendars import CannotCompute, gettext_noop
from procedure.rule_rows import CalendarData, EquatedDay, RulePackage
from procedure.rules import no_equated_day


class WrongChange(ValueError):
    """A change that does not fit the package; `field` names where and `msgid` says why."""

    def __init__(self, field: str, msgid: str, **values: Any) -> None:
        self.field, self.msgid, self.values = field, msgid, values
        super().__init__(msgid % values)


def amended(law: RulePackage, change: Mapping[str, Any]) -> RulePackage:
    """The same package with one change in it; raises WrongChange."""
    match change["kind"]:
        case "setting":
            return _with_setting(law, change)
        case "year":
            return _with_year(law, change)
        case "equated_day":
            return _with_day(law, date.fromisoformat(change["on"]), change)
        case _:
            return _without_day(law, date.fromisoformat(change["on"]))


def _with_setting(law: RulePackage, change: Mapping[str, Any]) -> RulePackage:
    key, value = change["key"], change["value"]
    if key not in law.settings:
        raise WrongChange("key", gettext_noop("There is no such setting."))
    if law.settings[key].value == value:
        raise WrongChange("value", gettext_noop("The setting has this value already."))
    changed = law.with_settings(**{key: value})
    spec = dataclasses.replace(
        changed.settings[key], source=change["source"], confidence=change["confidence"]
    )
    return dataclasses.replace(changed, settings={**changed.settings, key: spec})


def _with_year(law: RulePackage, change: Mapping[str, Any]) -> RulePackage:
    year = int(change["key"])
    if year in law.calendar.equated:
        raise WrongChange("key", gettext_noop("The days of this year are known already."))
    law = _calendar(law, {**law.calendar.equated, year: ()})
    for day in change["value"] or ():
        on = date.fromisoformat(day)
        if on.year != year:
            raise WrongChange("value", gettext_noop("%(day)s is not in that year."), day=on.isoformat())
        law = _with_day(law, on, change, field="value")
    return law


def _with_day(law: RulePackage, on: date, change: Mapping[str, Any], *, field: str = "on") -> RulePackage:
    known = law.calendar.equated.get(on.year)
    if known is None:
        raise WrongChange(
            field, gettext_noop("The days of %(year)s are not known yet. Add the year first."), year=on.year
        )
    if any(day.on == on for day in known):
        raise WrongChange(field, gettext_noop("This day counts as a public holiday already."))
    try:
        refused = no_equated_day(on, on.year)
    except CannotCompute:
        refused = "cannot be checked"
    if refused:
        raise WrongChange(
            field,
            gettext_noop("This day is a weekend day or a public holiday by itself: nothing would change."),
        )
    day = EquatedDay(on, change["source"], change["confidence"])
    days = tuple(sorted((*known, day), key=lambda row: row.on))
    return _calendar(law, {**law.calendar.equated, on.year: days})


def _without_day(law: RulePackage, on: date) -> RulePackage:
    known = law.calendar.equated.get(on.year, ())
    left = tuple(day for day in known if day.on != on)
    if len(left) == len(known):
        raise WrongChange("on", gettext_noop("This day does not stand in the calendar of the package."))
    return _calendar(law, {**law.calendar.equated, on.year: left})


def _calendar(law: RulePackage, equated: Mapping[int, tuple[EquatedDay, ...]]) -> RulePackage:
    return dataclasses.replace(law, calendar=CalendarData(dict(sorted(equated.items()))))
