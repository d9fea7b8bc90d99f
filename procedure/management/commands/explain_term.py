"""When a time limit ends and why: each day passed over by name, the source and how sure it is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.management.base import CommandParser

from procedure.management.law_command import LawCommand, a_date, a_date_or_moment, skipped_rows
from procedure.rules import RulePackage
from procedure.terms import STEP_TEXTS, StepKind, compute


class Command(LawCommand):
    help = "Explain a time limit: explain_term --package nl-2021 --rule VA-VIEW --start 2026-04-16"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--rule", required=True, help="such as VA-VIEW")
        parser.add_argument(
            "--start",
            required=True,
            type=a_date_or_moment,
            help="the day of the event (with time: 2026-03-27T14:30)",
        )
        parser.add_argument(
            "--schedule", help="for days of the general procedure, such as AA9; AAX once extended"
        )
        parser.add_argument("--day-one", type=a_date, help="day 1 of the general procedure")
        parser.add_argument("--ground", help="the ground, where the length depends on one")

    def answer(self, package: RulePackage, options: dict[str, Any]) -> dict[str, Any]:
        rule = package.rule(options["rule"])
        term = compute(
            rule,
            options["start"],
            package=package,
            schedule=options["schedule"],
            day_one=options["day_one"],
            ground=options["ground"],
        )
        return {
            **term.as_json(),
            "title": rule.title,
            "skipped": skipped_rows(term.skipped),
            "owes": list(rule.owes),
            "extension": rule.extension,
            "note": rule.note,
        }

    def as_text(self, answer: dict[str, Any]) -> list[str]:
        lines = [
            f"{answer['rule']}: {answer['title']} ({answer['package']}, {answer['mode']})",
            f"Starts    {_words(answer['start'])}",
        ]
        passed = {row["date"]: f"passed over: {row['name']}" for row in answer["skipped"]}
        entries = [(row["date"], 1, self._step(row)) for row in answer["counted"]]
        entries += [(day, 0, f"  {_words(day)}  {name}") for day, name in passed.items()]
        lines += [line for _, _, line in sorted(entries)]
        lines.append(f"Ends      {_words(answer['due_at'])}")
        if answer["nominal"] != answer["due_on"]:
            lines.append(f"Without weekends and holidays it would have been {_words(answer['nominal'])}.")
        if answer["earliest_on"]:
            lines.append(f"Possible from {_words(answer['earliest_on'])}.")
        if answer["received_by_post_until"]:
            lines.append(f"Posted in time, it may arrive until {_words(answer['received_by_post_until'])}.")
        lines.append(f"Source    {answer['source']} ({answer['confidence']})")
        if answer["check_the_letter"]:
            lines.append("Please check the letter: this length was not read in the text of the law.")
        lines += [answer[key] for key in ("extension", "note") if answer[key]]
        return lines

    @staticmethod
    def _step(row: dict[str, Any]) -> str:
        text = STEP_TEXTS[StepKind(row["kind"])]
        return f"  {_words(row['date'])}  {text}" + (f" Day {row['number']}." if row["number"] else "")


def _words(text: str) -> str:
    if len(text) == len("2026-04-01"):
        return f"{date.fromisoformat(text):%a} {text}"
    return f"{datetime.fromisoformat(text):%a %Y-%m-%d %H:%M:%S}"
