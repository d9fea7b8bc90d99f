"""Takes values out of a package file one by one, and names file, key and reason when one is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from typing import Any, NoReturn

REQUIRED: Any = ...

CONFIDENCES = frozenset({"P", "P 2015", "S", "M", "source page"})


class PackageMistake(ValueError):
    """A package file is wrong; the text is one line that names file, key and reason."""

    def __init__(self, file: str, key: str, reason: str) -> None:
        self.file, self.key, self.reason = file, key, reason
        super().__init__(f"{file}: {key}: {reason}")


class Table:
    """One TOML table: every value is taken once, checked, and what is left over is a mistake."""

    def __init__(self, file: str, path: str, values: object) -> None:
        self.file, self.path = file, path
        if not isinstance(values, dict):
            self.fail("", f"must be a table, not {_shown(values)}")
        self._left = dict(values)

    def fail(self, key: str, reason: str) -> NoReturn:
        raise PackageMistake(self.file, ".".join(part for part in (self.path, key) if part), reason)

    def take(self, key: str, kind: type, described: str, default: Any) -> Any:
        if key not in self._left:
            if default is REQUIRED:
                self.fail(key, "is missing")
            return default
        value = self._left.pop(key)
        # bool is an int and datetime is a date in Python; neither is meant here.
        if (
            not isinstance(value, kind)
            or (kind is int and isinstance(value, bool))
            or isinstance(value, datetime)
        ):
            self.fail(key, f"must be {described}, not {_shown(value)}")
        return value

    def text(self, key: str, default: Any = REQUIRED) -> str:
        value = self.take(key, str, "text", default)
        if default is REQUIRED and not value.strip():
            self.fail(key, "is empty")
        return " ".join(value.split())

    def number(self, key: str, default: Any = REQUIRED, *, least: int = 0) -> Any:
        value = self.take(key, int, "a whole number", default)
        if value is not None and value < least:
            self.fail(key, f"must be at least {least}, not {value}")
        return value

    def flag(self, key: str, default: Any = False) -> bool:
        return self.take(key, bool, "true or false", default)

    def day(self, key: str) -> date:
        return self.take(key, date, "a date like 2026-04-03 without quotes", REQUIRED)

    def moment(self, key: str) -> time | None:
        return self.take(key, time, "a time like 09:00:00 without quotes", None)

    def one_of(self, key: str, choices: Iterable[str], default: Any = REQUIRED) -> str:
        value = self.text(key, default)
        if value not in choices and value != default:
            self.fail(key, f"{value!r} is not one of {', '.join(sorted(choices))}")
        return value

    def texts(
        self, key: str, allowed: Callable[[str], bool], what: str, *, required: bool = False
    ) -> tuple[str, ...]:
        values = self.take(key, list, "a list", REQUIRED if required else [])
        if required and not values:
            self.fail(key, "is empty")
        for value in values:
            if not isinstance(value, str) or not allowed(value):
                self.fail(key, f"{_shown(value)} is not {what}")
        if len(set(values)) != len(values):
            self.fail(key, "names something twice")
        return tuple(values)

    def rows(self, key: str) -> list[Table]:
        values = self.take(key, list, "a list", REQUIRED)
        return [
            Table(self.file, f"{self.path}.{key}[{at}]", value) for at, value in enumerate(values, start=1)
        ]

    def table(self, key: str, *, required: bool = True) -> Table:
        if key not in self._left and required:
            self.fail(key, "is missing")
        path = f"{self.path}.{key}" if self.path else key
        return Table(self.file, path, self._left.pop(key, {}))

    def names(self) -> list[str]:
        return list(self._left)

    def tables(self) -> list[tuple[str, Table]]:
        """Every key of this table as a table of its own."""
        return [(key, self.table(key)) for key in self.names()]

    def numbers(self, key: str) -> dict[str, int]:
        inner = self.table(key, required=False)
        return {name: inner.number(name) for name in inner.names()}

    def words(self, key: str, allowed: Callable[[str], bool] = bool, what: str = "a text") -> dict[str, str]:
        """A table of single words or sentences."""
        inner = self.table(key, required=False)
        found = {name: inner.text(name) for name in inner.names()}
        for name, value in found.items():
            if not allowed(value):
                inner.fail(name, f"{value!r} is not {what}")
        return found

    def confidence(self) -> str:
        return self.one_of("confidence", CONFIDENCES)

    def citation(self, sources: Iterable[str]) -> str:
        value = self.text("source")
        for part in value.split(";"):
            if not any(re.match(rf"{re.escape(code)}(\b|$)", part.strip()) for code in sources):
                self.fail(
                    "source", f"{part.strip()!r} does not begin with one of {', '.join(sorted(sources))}"
                )
        return value

    def finish(self) -> None:
        if self._left:
            self.fail(next(iter(self._left)), "is not a known key")


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, date | time) else repr(value)
