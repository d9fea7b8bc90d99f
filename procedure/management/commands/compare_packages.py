"""What differs between two rule packages: steps, terms, settings; in words or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import translation

from procedure.comparison import Comparison, compare
from procedure.comparison_words import Line, Section, sections
from procedure.management.law_command import BAD_INPUT, PlainCommand
from procedure.rules import PackageMistake, UnknownName, find_package


class Command(PlainCommand):
    help = "Compare two rule packages: compare_packages nl-2021 nl-2026"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("first", help="the package to start from, such as nl-2021")
        parser.add_argument("second", help="the package to compare it with, such as nl-2026")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            comparison = compare(find_package(options["first"]), find_package(options["second"]))
        except (PackageMistake, UnknownName) as error:
            raise CommandError(str(error), returncode=BAD_INPUT) from error
        if options["json"]:
            self.stdout.write(json.dumps(comparison.as_json(), ensure_ascii=False, indent=2))
            return
        with translation.override("en"):
            self.stdout.write("\n".join(_lines(comparison)))


def _lines(comparison: Comparison) -> Iterator[str]:
    for package in (comparison.first, comparison.second):
        yield f"{package.name}: {package.title} ({package.status}, from {package.valid_from})"
    if not comparison.differs:
        yield "No difference."
    for section in sections(comparison):
        if section.differs:
            yield from _section(section, comparison)


def _section(section: Section, comparison: Comparison) -> Iterator[str]:
    yield ""
    yield section.title
    for name, lines in (
        (comparison.first.name, section.only_first),
        (comparison.second.name, section.only_second),
    ):
        if lines:
            yield f"  only in {name}:"
            yield from (f"    {_one(line)}" for line in lines)
    for row in section.changed:
        yield f"  {row.code}: {row.title}"
        for words in row.rows:
            yield f"    {words.what}"
            yield f"      {comparison.first.name}: {words.first}"
            yield f"      {comparison.second.name}: {words.second}"


def _one(line: Line) -> str:
    return ": ".join(part for part in (line.code, line.title, line.text) if part)
