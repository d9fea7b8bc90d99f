"""A case told in a file: its steps with their days, and what must be so after each. Read and checked here.

tests/scenarios/README.md says how such a file is written. A mistake is refused with file, step, key, reason.
"""

import difflib
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from asylum_portal.home.plays.keys import CASE, EXPECT, HEAD, STEP, Shape, given_keys, what_is_known
from procedure.rules import PackageMistake, RulePackage, UnknownName, find_package

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_WISH_TIME, _USUAL_TIME, _USUAL_FILING_TIME = time(9), time(10), time(15)
# A case begins with one of these; when a file does not tell it, the wish is made known on the day it begins.
BEGINNINGS = ("express_wish", "announce_repeat_application")


class ScenarioMistake(ValueError):
    """A file that cannot be played; the message names file, step, key and reason."""


@dataclass(frozen=True)
class Step:
    """One thing that somebody does on a day, and what must be so after it."""

    number: int
    on: date
    at: datetime
    what: str
    who: str
    given: Mapping[str, Any]
    expect: Mapping[str, Any]
    note: str = ""

    @property
    def place(self) -> str:
        return f"step {self.number} ({self.on} {self.what})"


@dataclass(frozen=True)
class Scenario:
    """One case from its first day to its last."""

    file: str
    title: str
    package: str
    begins: date
    case: Mapping[str, Any]
    steps: tuple[Step, ...]
    earlier: "Scenario | None" = None
    note: str = ""


def read(path: Path) -> Scenario:
    """The scenario of a file, or ScenarioMistake."""
    return _Reader(path).scenario()


@dataclass
class _Reader:
    path: Path
    above: tuple[Path, ...] = ()
    law: RulePackage | None = None
    place: str = "head"
    _last: datetime | None = field(default=None, init=False)

    def scenario(self) -> Scenario:
        told = self._toml()
        self.known(told, HEAD)
        for key in ("title", "package", "begins", "steps"):
            if key not in told:
                self._refuse(key, "is missing")
        self.shaped(told, HEAD)
        if not told["steps"]:
            self._refuse("steps", "there are none")
        try:
            self.law = find_package(told["package"])
        except (PackageMistake, UnknownName) as mistake:
            self._refuse("package", str(mistake))
        case = told.get("case", {})
        self.place = "case"
        self.known(case, CASE)
        self.shaped(case, CASE)
        earlier = self._earlier(case.get("earlier"))
        steps = [self._step(number, step) for number, step in enumerate(told["steps"], start=1)]
        if earlier is None and not (steps and steps[0].what in BEGINNINGS):
            steps.insert(0, _wish(told["begins"], case))
        return Scenario(
            file=self.path.name,
            title=told["title"],
            package=told["package"],
            begins=told["begins"],
            case=case,
            steps=tuple(steps),
            earlier=earlier,
            note=told.get("note", ""),
        )

    def _toml(self) -> dict[str, Any]:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise ScenarioMistake(f"{self.path}: there is no such file") from None
        except (OSError, UnicodeDecodeError) as error:
            raise ScenarioMistake(f"{self.path}: it cannot be read ({error})") from None
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            self._refuse_line(text, str(error))

    def _refuse_line(self, text: str, reason: str) -> NoReturn:
        """What TOML itself refuses, such as 31 February, with the step and the key of its line."""
        found = re.search(r"line (\d+), column (\d+)", reason)
        lines = text.splitlines()[: int(found[1])] if found else text.splitlines()
        number = sum(line.strip() == "[[steps]]" for line in lines)
        self.place = f"step {number}" if number else "head"
        column = int(found[2]) - 1 if found else None
        keys = re.findall(r"([\w-]+)\s*=", lines[-1][:column] if lines else "")
        self._refuse(keys[-1] if keys else "?", reason[0].lower() + reason[1:])

    def _earlier(self, name: str | None) -> "Scenario | None":
        if name is None:
            return None
        path = self.path.parent / name
        if path == self.path or path in self.above:
            self._refuse("earlier", f"{name} would come before itself")
        return _Reader(path, above=(*self.above, self.path)).scenario()

    def _step(self, number: int, told: Any) -> Step:
        self.place = f"step {number}"
        if not isinstance(told, dict):
            self._refuse("steps", "each step is a table: [[steps]]")
        self.known(told, STEP)
        for key in ("on", "what"):
            if key not in told:
                self._refuse(key, "is missing")
        self.shaped(told, STEP)
        self.place = f"step {number} ({told['on']} {told['what']})"
        what, given, expect = told["what"], told.get("with", {}), told.get("expect", {})
        self._one_of("what", what, what_is_known())
        if what in BEGINNINGS and number > 1:
            self._refuse("what", f"{what} can only be the first step")
        if (keys := given_keys(what)) is not None:
            self.known(given, keys, under="with")
            self.shaped(given, keys, under="with")
        self.known(expect, EXPECT, under="expect")
        self.shaped(expect, EXPECT, under="expect")
        self._codes(expect)
        return Step(
            number=number,
            on=told["on"],
            at=self._moment(told),
            what=what,
            who=told.get("who", "lawyer" if what.startswith("file ") else "caseworker"),
            given=given,
            expect=expect,
            note=told.get("note", ""),
        )

    def _moment(self, told: Mapping[str, Any]) -> datetime:
        """When it is entered; the clock of a play never goes back."""
        day = told.get("recorded_on", told["on"])
        clock = told.get("time")
        usual = _USUAL_FILING_TIME if told["what"].startswith("file ") else _USUAL_TIME
        moment = datetime.combine(day, clock or usual, tzinfo=_AMSTERDAM)
        if clock is not None and moment.replace(tzinfo=None) != _there_and_back(moment):
            self._refuse("time", f"{clock} does not exist on {day}: the clock skips that hour")
        if self._last is not None and moment < self._last:
            if clock is not None or day < self._last.date():
                key = "time" if clock is not None else "recorded_on" if "recorded_on" in told else "on"
                self._refuse(key, f"{moment:%Y-%m-%d %H:%M:%S} lies before the step above it")
            moment = self._last
        self._last = moment
        return moment

    def _codes(self, expect: Mapping[str, Any]) -> None:
        """Time limits that the package does not have would never be found."""
        assert self.law is not None
        for key in ("due", "terms", "skipped", "posted_until"):
            for code in expect.get(key, {}):
                self._one_of(f"expect.{key}", code, self.law.rules)
        for key in ("open", "paused"):
            for code in expect.get(key, []):
                self._one_of(f"expect.{key}", code, self.law.rules)

    def known(self, told: Any, allowed: Mapping[str, Shape], *, under: str = "") -> None:
        if not isinstance(told, dict):
            self._refuse(under or self.place, "must be a table")
        for key in told:
            if key not in allowed:
                self._refuse(f"{under}.{key}" if under else key, "unknown key" + _instead(key, allowed))

    def shaped(self, told: Mapping[str, Any], shapes: Mapping[str, Shape], *, under: str = "") -> None:
        for key, value in told.items():
            if wrong := shapes[key](value):
                self._refuse(f"{under}.{key}" if under else key, wrong)

    def _one_of(self, key: str, value: str, known: Collection[str]) -> None:
        if value not in known:
            self._refuse(key, f"there is no {value!r}" + _instead(value, known))

    def _refuse(self, key: str, reason: str) -> NoReturn:
        raise ScenarioMistake(f"{self.path.name}, {self.place}, {key}: {reason}")


def _wish(on: date, case: Mapping[str, Any]) -> Step:
    """How a case begins when its file does not say it."""
    at = datetime.combine(on, _WISH_TIME, tzinfo=_AMSTERDAM)
    given = {"place": case.get("place", "Ter Apel")}
    return Step(number=0, on=on, at=at, what="express_wish", who="caseworker", given=given, expect={})


def check_given(scenario: Scenario, step: Step, keys: Mapping[str, Shape]) -> None:
    """Raise ScenarioMistake for a key of `with` that this step does not ask, or a value of another shape."""
    reader = _Reader(Path(scenario.file), place=step.place)
    reader.known(step.given, keys, under="with")
    reader.shaped(step.given, keys, under="with")


def _instead(value: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(value, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(sorted(known))}"


def _there_and_back(moment: datetime) -> datetime:
    """What the clock on the wall shows at this moment: another time when the hour is skipped."""
    elapsed = moment.astimezone(ZoneInfo("UTC")) + timedelta()
    return elapsed.astimezone(_AMSTERDAM).replace(tzinfo=None)
