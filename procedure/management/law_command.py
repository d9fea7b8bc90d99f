"""What the commands that ask the law share: package, settings, dates, one clear line on a mistake."""

from __future__ import annotations

import calendar
import json
import re
import sys
from argparse import ArgumentTypeError
from datetime import date, datetime
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser

from procedure.calendars import PAUSED_DAY, CannotCompute, Pause, Skipped
from procedure.rules import PackageMistake, RulePackage, UnknownName, WrongSetting, find_package

BAD_INPUT = 2


# fromisoformat alone would also read weeks and a time cut short, as another moment than was meant.
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MOMENT = _DAY + r"T([01][0-9]|2[0-3]):[0-5][0-9](Z|[+-][0-9]{2}:[0-9]{2})?"


def a_date(text: str) -> date:
    """A date as typed on the command line."""
    try:
        if re.fullmatch(_DAY, text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ArgumentTypeError(_no_date(text, "2026-04-01"))


def a_date_or_moment(text: str) -> date | datetime:
    """A date, or a date with a time of day (in Amsterdam unless it says otherwise)."""
    try:
        if re.fullmatch(_MOMENT, text):
            return datetime.fromisoformat(text)
        if re.fullmatch(_DAY, text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ArgumentTypeError(_no_date(text, "2026-04-01 or 2026-04-01T14:30"))


def a_pause(text: str) -> Pause:
    """Days on which time stood still: first and last day, and a name if one likes."""
    first, *rest = text.split(":", 2)
    if not rest:
        raise ArgumentTypeError(f"a pause needs two days, as 2026-04-01:2026-04-05, not {text!r}")
    pause = Pause(a_date(first), a_date(rest[0]), rest[1] if len(rest) > 1 else PAUSED_DAY)
    if pause.last_on < pause.first_on:
        raise ArgumentTypeError(f"a pause cannot end before it begins: {text!r}")
    return pause


def _no_date(text: str, example: str) -> str:
    if found := re.match(r"([0-9]{4})-(0[1-9]|1[0-2])-([0-9]{2})(?![0-9])", text):
        year, month, day = (int(part) for part in found.groups())
        if year and not 1 <= day <= (last := calendar.monthrange(year, month)[1]):
            return f"there is no date {text!r}: {calendar.month_name[month]} {year} has {last} days"
    return f"there is no date {text!r}; write it as {example}"


def skipped_rows(skipped: tuple[Skipped, ...]) -> list[dict[str, str]]:
    """The days that were passed over, as the commands print them."""
    return [{"date": day.on.isoformat(), "name": day.name} for day in skipped]


class PlainCommand(BaseCommand):
    """A command for the keyboard: wrong input gives one line on stderr and exit code 2."""

    requires_system_checks = []
    requires_migrations_checks = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)

        def one_line(message: str) -> NoReturn:
            if parser.called_from_command_line:
                self.stderr.write(f"{parser.prog}: {message}")
                sys.exit(BAD_INPUT)
            raise CommandError(message, returncode=BAD_INPUT)

        # argparse would print the whole usage before its message.
        parser.error = one_line  # type: ignore[method-assign]
        return parser


class LawCommand(PlainCommand):
    """A command that asks the law and needs no database."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--package", required=True, help="the rule package, such as nl-2021")
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="KEY=VALUE",
            help="put a setting of the package in another position; may be repeated",
        )
        parser.add_argument(
            "--pause",
            action="append",
            default=[],
            type=a_pause,
            metavar="FIRST:LAST",
            help="days on which the time stood still, as 2026-04-01:2026-04-05; may be repeated",
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            package = self._package(options["package"], options["set"])
            answer = self.answer(package, options)
        except (CannotCompute, PackageMistake, UnknownName, WrongSetting) as error:
            raise CommandError(str(error), returncode=BAD_INPUT) from error
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(self.as_text(answer)))

    def answer(self, package: RulePackage, options: dict[str, Any]) -> dict[str, Any]:
        """What --json prints."""
        raise NotImplementedError

    def as_text(self, answer: dict[str, Any]) -> list[str]:
        """The same for people."""
        raise NotImplementedError

    @staticmethod
    def _package(name: str, settings: list[str]) -> RulePackage:
        package = find_package(name)
        overrides = {}
        for setting in settings:
            key, equals, value = setting.partition("=")
            if not equals:
                raise WrongSetting(f"--set needs KEY=VALUE, not {setting!r}")
            overrides[key] = package.setting(key).read(value)
        return package.with_settings(**overrides)
