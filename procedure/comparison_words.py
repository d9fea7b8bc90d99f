"""A comparison of two rule packages in plain words, for the page and for the command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procedure.access import ACTORS
from procedure.comparison import Changed, Comparison, Part
from procedure.rules import RulePackage
from procedure.states import State, Track
from procedure.term_words import (
    CERTAINTIES,
    CIRCUMSTANCES,
    FACETS,
    NOTHING,
    humanised,
    length,
    roles,
    step_title,
    track_title,
)

# In the order of the procedure; everything else stands as the package has it.
ORDER = {
    "tracks": [str(track) for track in Track],
    "states": [str(state) for state in State],
    "steps": list(ACTORS),
}

PART_TITLES = {
    "tracks": gettext_lazy("Procedures"),
    "states": gettext_lazy("Where a case can stand"),
    "steps": gettext_lazy("Steps"),
    "rules": gettext_lazy("Terms"),
    "schedules": gettext_lazy("Plans of days"),
    "settings": gettext_lazy("Points on which the rules are not certain"),
    "suspensions": gettext_lazy("When time stands still"),
    "extensions": gettext_lazy("More time"),
    "years": gettext_lazy("Years with calendar data"),
}

# The keys of the other parts; those of a term stand in FACETS.
KEYS = {
    "title": gettext_lazy("Name"),
    "value": gettext_lazy("Value"),
    "note": gettext_lazy("Note (in English)"),
    "source": gettext_lazy("Source"),
    "confidence": gettext_lazy("How sure"),
    "rules": gettext_lazy("Terms"),
    "by": gettext_lazy("Who gives it"),
    "grounds": gettext_lazy("Grounds"),
    "proof": gettext_lazy("Proof is asked"),
    "unless": gettext_lazy("Not when"),
    "calendar": gettext_lazy("Which days count"),
    "calendar_setting": gettext_lazy("Setting that changes which days count"),
    "days": gettext_lazy("Days"),
    "closed_office_note": gettext_lazy("When offices are closed"),
    "type": gettext_lazy("Kind of value"),
    "choices": gettext_lazy("Values that can be chosen"),
    "most_days": gettext_lazy("Days at most"),
    "most_months": gettext_lazy("Months at most"),
    "most_total_months": gettext_lazy("Months at most in all"),
    "working_days_after_obstacle": gettext_lazy("Working days after the obstacle"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A row that only one package has."""

    code: str
    title: str
    text: str = ""
    # Why a setting is uncertain. Settings have no title but their key, in English.
    note: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """One thing that differs, as each package says it."""

    what: str
    first: str
    second: str
    # Notes and settings are written in English.
    english: bool = False


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that both have, with what differs."""

    code: str
    title: str
    rows: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the comparison as people read it."""

    name: str
    title: str
    only_first: tuple[Line, ...]
    only_second: tuple[Line, ...]
    changed: tuple[ChangedRow, ...]

    @property
    def differs(self) -> bool:
        return bool(self.only_first or self.only_second or self.changed)

    @property
    def has_codes(self) -> bool:
        """Whether people know the codes of these rows: those of terms and of plans of days."""
        return self.name in ("rules", "schedules")


def sections(comparison: Comparison) -> tuple[Section, ...]:
    """The whole comparison in the reader's language."""
    return tuple(_section(part, comparison) for part in comparison.parts)


def _section(part: Part, comparison: Comparison) -> Section:
    first, second = comparison.first, comparison.second
    return Section(
        name=part.name,
        title=str(PART_TITLES[part.name]),
        only_first=tuple(_line(part.name, code, first) for code in _in_order(part.name, part.only_first)),
        only_second=tuple(_line(part.name, code, second) for code in _in_order(part.name, part.only_second)),
        changed=tuple(_changed(part.name, row, comparison) for row in part.changed),
    )


def _in_order(name: str, codes: Iterable[str]) -> list[str]:
    order = ORDER.get(name, [])
    return sorted(codes, key=lambda code: order.index(code) if code in order else len(order))


def _line(name: str, code: str, package: RulePackage) -> Line:
    text = ""
    if name == "rules":
        text = length(package.rule(code), package)
    elif name == "settings":
        spec = package.setting(code)
        return Line(code, humanised(code), _value(spec.value), note=spec.note)
    return Line(code, title_of(name, code, package), text)


def title_of(name: str, code: str, package: RulePackage) -> str:
    """What a row is called."""
    match name:
        case "tracks":
            return track_title(code, package)
        case "states":
            return str(State(code).label)
        case "steps":
            return step_title(code)
        case "settings" | "years":
            return humanised(code)
        case _:
            return _(getattr(package, name)[code].title)


def _changed(name: str, row: Changed, comparison: Comparison) -> ChangedRow:
    if name == "rules":
        words = _of_rule(row, comparison)
    elif name == "tracks":
        first, second = (track_title(row.code, law) for law in (comparison.first, comparison.second))
        words = (Words(str(KEYS["title"]), first, second),)
    else:
        words = tuple(
            Words(
                what=str(KEYS.get(difference.key, difference.key)),
                first=_plain_words(difference.key, difference.first),
                second=_plain_words(difference.key, difference.second),
                english=difference.key == "note",
            )
            for difference in row.differences
        )
    return ChangedRow(row.code, title_of(name, row.code, comparison.second), words)


def _plain_words(key: str, value: Any) -> str:
    match value:
        case list() if key == "by":
            return roles(value)
        case list() if value and isinstance(value[0], Mapping):
            return ", ".join(str(entry.get("on") or _step_of(entry)) for entry in value)
        case list():
            return ", ".join(str(CIRCUMSTANCES.get(entry, entry)) for entry in value) or NOTHING
        case Mapping():
            return "; ".join(_(text) for text in value.values()) or NOTHING
        case str() if key == "confidence":
            return str(CERTAINTIES[value])
        case str() if key in ("title", "closed_office_note") and value:
            return _(value)
        case _:
            return _value(value)


def _step_of(entry: Mapping[str, Any]) -> str:
    return f"{entry['day']}: {_(entry['step'])}"


def _value(value: Any) -> str:
    match value:
        case None:
            return _("empty: nobody has confirmed a value")
        case bool():
            return _("yes") if value else _("no")
        case "":
            return NOTHING
        case _:
            return str(value)


def _of_rule(row: Changed, comparison: Comparison) -> tuple[Words, ...]:
    """What differs in a term, keys that say one thing together in one line."""
    first, second = comparison.first.rule(row.code), comparison.second.rule(row.code)
    found: list[Words] = []
    told: set[str] = set()
    for facet in FACETS:
        words = (facet.say(first, comparison.first), facet.say(second, comparison.second))
        if words[0] != words[1]:
            found.append(Words(str(facet.what), *words, english=facet.english))
            told |= set(facet.keys)
    # What no sentence tells is still not swallowed.
    found += [
        Words(difference.key, _value(difference.first), _value(difference.second), english=True)
        for difference in row.differences
        if difference.key not in told
    ]
    return tuple(found)
