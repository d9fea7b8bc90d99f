"""The dates of a schedule from its first day, and each day passed over by name."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from procedure.calendars import CannotCompute, DayKind, LegalCalendar
from procedure.law_words import EXTENSION_OF_DAYS
from procedure.management.law_command import LawCommand, a_date, skipped_rows
from procedure.rules import EXTENDED_SCHEDULE, RulePackage, Schedule, ScheduleDay, UnknownName


class Command(LawCommand):
    help = "Plan the days of a schedule: plan_days --package nl-2021 --schedule AA6 --start 2026-04-01"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--schedule", required=True, help="such as AA6, AA9, SCH6, HASA3; AAX once extended"
        )
        parser.add_argument("--start", required=True, type=a_date, help="day 1")
        parser.add_argument("--days", type=int, help="how many days; all of the schedule unless given")
        parser.add_argument("--extends", help="with AAX: the schedule that was extended; AA6 unless given")
        parser.add_argument("--ground", help="with AAX: the ground, which says how long; all unless given")

    def answer(self, package: RulePackage, options: dict[str, Any]) -> dict[str, Any]:
        if options["schedule"] == EXTENDED_SCHEDULE:
            schedule = _extended(package, options["extends"], options["ground"])
        elif options["extends"] or options["ground"]:
            raise CannotCompute(f"--extends and --ground belong to schedule {EXTENDED_SCHEDULE}")
        else:
            schedule = package.schedule(options["schedule"])
        number = schedule.last_day if options["days"] is None else options["days"]
        calendar = LegalCalendar(package, pauses=options["pause"])
        plan = calendar.days(options["start"], number, DayKind(schedule.calendar))
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


def _extended(package: RulePackage, extends: str | None, ground: str | None) -> Schedule:
    """The days of an extended general procedure: counted on from day 1 until the last day of each ground."""
    rule = package.rules.get(EXTENSION_OF_DAYS)
    if rule is None:
        raise UnknownName("schedule", EXTENDED_SCHEDULE, known=package.schedules)
    code = extends or next(iter(rule.last_day))
    base = package.schedule(code)
    if code not in rule.last_day:
        raise CannotCompute(f"schedule {code} cannot be extended; these can: {', '.join(rule.last_day)}")
    last_days = rule.last_day[code]
    if ground is not None:
        if ground not in last_days:
            raise CannotCompute(f"there is no ground {ground!r}; known: {', '.join(last_days)}")
        last_days = {ground: last_days[ground]}
    days = [base.days[0]]
    for number in sorted(set(last_days.values())):
        grounds = ", ".join(name for name, last in last_days.items() if last == number)
        step = f"Last day for the decision (beschikking) on ground {grounds}"
        days.append(ScheduleDay(number, step, rule.owes, (EXTENSION_OF_DAYS,)))
    # Once extended, the days of the schedule itself close nothing any more.
    days[0] = dataclasses.replace(days[0], closes=())
    return dataclasses.replace(
        base,
        code=EXTENDED_SCHEDULE,
        days=tuple(days),
        source=rule.source,
        confidence=rule.confidence,
    )


def _short(text: str) -> str:
    return f"{date.fromisoformat(text):%a} {text}"
