"""The dates of a schedule from its first day, and each day passed over by name."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from procedure.calendars import DayKind, LegalCalendar
from procedure.management.law_command import LawCommand, a_date, skipped_rows
from procedure.rules import RulePackage


class Command(LawCommand):
    help = "Plan the days of a schedule: plan_days --package nl-2021 --schedule AA6 --start 2026-04-01"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--schedule", required=True, help="such as AA6, AA9, SCH6, HASA3")
        parser.add_argument("--start", required=True, type=a_date, help="day 1")
        parser.add_argument("--days", type=int, help="how many days; all of the schedule unless given")

    def answer(self, package: RulePackage, options: dict[str, Any]) -> dict[str, Any]:
        schedule = package.schedule(options["schedule"])
        number = schedule.last_day if options["days"] is None else options["days"]
        plan = LegalCalendar(package).days(options["start"], number, DayKind(schedule.calendar))
        rows = []
        for day in plan.days:
            entry = schedule.day(day.number)
            rows.append(
                {
                    "day": day.number,
                    "date": day.on.isoformat(),
                    "weekday": f"{day.on:%A}",
                    "step": entry.step if entry else "",
                    "owner": list(entry.owner) if entry else [],
                    "closes": list(entry.closes) if entry else [],
                    "closed_offices": day.closed,
                }
            )
        return {
            "package": package.name,
            "schedule": schedule.code,
            "calendar": schedule.calendar,
            "days": rows,
            "skipped": skipped_rows(plan.skipped),
            "source": schedule.source,
            "confidence": schedule.confidence,
            "settings": dict(package.overrides),
        }

    def as_text(self, answer: dict[str, Any]) -> list[str]:
        lines = [f"{answer['schedule']} ({answer['package']}, {answer['calendar']}), {answer['source']}"]
        entries = [(row["date"], self._day(row)) for row in answer["days"]]
        entries += [
            (row["date"], f"{'':8}{_short(row['date'])}  - {row['name']}") for row in answer["skipped"]
        ]
        return lines + [line for _, line in sorted(entries)]

    @staticmethod
    def _day(row: dict[str, Any]) -> str:
        text = f"day {row['day']:<4}{_short(row['date'])}  {row['step']}"
        if row["closes"]:
            text += f" [ends: {', '.join(row['closes'])}]"
        if row["closed_offices"]:
            text += f" (counts, though many offices are closed: {row['closed_offices']})"
        return text.rstrip()


def _short(text: str) -> str:
    return f"{date.fromisoformat(text):%a} {text}"
