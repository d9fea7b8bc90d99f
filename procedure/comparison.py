"""What differs between two rule packages: steps, tracks, schedules, settings and time limits. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import Enum
from typing import Any

from procedure.package_checks import switches_of
from procedure.rule_rows import Rule, RulePackage

# In the order in which people read them.
PARTS = ("tracks", "states", "steps", "rules", "schedules", "settings", "suspensions", "extensions", "years")


@dataclass(frozen=True, slots=True)
class Difference:
    """One key of a row that says something else in the second package."""

    key: str
    first: Any
    second: Any


@dataclass(frozen=True, slots=True)
class Changed:
    """A row that both packages have, with the keys in which they differ."""

    code: str
    differences: tuple[Difference, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(difference.key for difference in self.differences)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the packages: which rows only one of them has, which differ, which are the same."""

    name: str
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    changed: tuple[Changed, ...]
    same: tuple[str, ...]

    @property
    def differs(self) -> bool:
        return bool(self.only_first or self.only_second or self.changed)

    @property
    def touched(self) -> frozenset[str]:
        """The rows of the first package which the second lacks or has otherwise."""
        return frozenset([*self.only_first, *(row.code for row in self.changed)])


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two packages side by side."""

    first: RulePackage
    second: RulePackage
    parts: tuple[Part, ...]

    @property
    def differs(self) -> bool:
        return any(part.differs for part in self.parts)

    def part(self, name: str) -> Part:
        """The part of this name, one of PARTS."""
        return next(part for part in self.parts if part.name == name)

    @property
    def touched_rules(self) -> frozenset[str]:
        """The terms of the first package that the second may end on another day.

        They are gone or differ, or they read a setting or stand in a schedule that does. Whether a year with
        other equated days moves one is known only by computing it.
        """
        second = self.second.values
        moved = {key for key, value in self.first.values.items() if second.get(key) != value}
        schedules = self.part("schedules").touched
        days = [code for name in schedules for day in self.first.schedule(name) for code in day.closes]
        days += [rule.code for rule in self.first.rules.values() if schedules & rule.last_day.keys()]
        reading = [rule.code for rule in self.first.rules.values() if _settings_of(rule) & moved]
        return self.part("rules").touched | frozenset([*days, *reading])

    def as_json(self) -> dict[str, Any]:
        """The comparison in values that JSON knows."""
        return {
            "from": _head(self.first),
            "to": _head(self.second),
            "differs": self.differs,
            "parts": {
                part.name: {
                    "only_from": list(part.only_first),
                    "only_to": list(part.only_second),
                    "changed": {
                        row.code: {
                            difference.key: {"from": difference.first, "to": difference.second}
                            for difference in row.differences
                        }
                        for row in part.changed
                    },
                    "same": list(part.same),
                }
                for part in self.parts
            },
        }


def compare(first: RulePackage, second: RulePackage) -> Comparison:
    """Everything in which the second package differs from the first."""
    return Comparison(
        first, second, tuple(_part(name, _rows(first, name), _rows(second, name)) for name in PARTS)
    )


def _settings_of(rule: Rule) -> set[str | None]:
    return {
        *switches_of(rule),
        *rule.ground_settings.values(),
        *rule.start_settings.values(),
        rule.length_setting,
        rule.opens_months_before,
    }


def _rows(package: RulePackage, name: str) -> Mapping[str, Any]:
    match name:
        case "tracks":
            return {track: package.graph.titles.get(track, "") for track in sorted(package.graph.tracks)}
        case "states" | "steps":
            return dict.fromkeys(sorted(getattr(package.graph, name)))
        case "years":
            return {str(year): days for year, days in package.calendar.equated.items()}
        case _:
            return getattr(package, name)


def _part(name: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> Part:
    changed = []
    same = []
    for code in first:
        if code not in second:
            continue
        if differences := _differences(first[code], second[code]):
            changed.append(Changed(code, differences))
        else:
            same.append(code)
    return Part(
        name=name,
        only_first=tuple(code for code in first if code not in second),
        only_second=tuple(code for code in second if code not in first),
        changed=tuple(changed),
        same=tuple(same),
    )


def _differences(first: Any, second: Any) -> tuple[Difference, ...]:
    if first == second:
        return ()
    if not dataclasses.is_dataclass(first):
        return (Difference("value", plain(first), plain(second)),)
    return tuple(
        Difference(field.name, plain(getattr(first, field.name)), plain(getattr(second, field.name)))
        for field in dataclasses.fields(first)
        if getattr(first, field.name) != getattr(second, field.name)
    )


def plain(value: Any) -> Any:
    """A value of a package in values that JSON knows."""
    match value:
        case Enum():
            return value.value
        case date() | time():
            return value.isoformat()
        case Mapping():
            return {str(key): plain(inner) for key, inner in value.items()}
        case str() | bool() | int() | None:
            return value
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        case _:
            return [plain(inner) for inner in value]


def _head(package: RulePackage) -> dict[str, str]:
    return {
        "name": package.name,
        "title": package.title,
        "valid_from": package.valid_from.isoformat(),
        "status": package.status,
    }
