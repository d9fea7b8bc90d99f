"""What a calculation of a time limit answers: the last day and every step of its derivation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from procedure.calendars import CannotCompute, Pause, Skipped, gettext_noop
from procedure.rule_rows import Rule


class TermMistake(CannotCompute):
    """The question does not fit the rule; the text says how."""


class LetterDecides(TermMistake):
    """The law, or a setting nobody has confirmed, gives this time limit no length."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        super().__init__(f"rule {rule.code} has no length in the law: take the date from the letter")


class StepKind(StrEnum):
    """The steps of a derivation."""

    EVENT = "event"
    FIRST_DAY = "first_day"
    COUNTED = "counted"
    NOMINAL_END = "nominal_end"
    TWO_WORKING_DAYS = "two_working_days"
    ROLLED_OVER = "rolled_over"
    MINIMUM_ENDS = "minimum_ends"
    EARLIEST = "earliest"


STEP_TEXTS = {
    StepKind.EVENT: gettext_noop("This happened. The time starts with it."),
    StepKind.FIRST_DAY: gettext_noop("The first day that counts."),
    StepKind.COUNTED: gettext_noop("This day counts."),
    StepKind.NOMINAL_END: gettext_noop("The time would end here."),
    StepKind.TWO_WORKING_DAYS: gettext_noop("A short time must contain two working days, so it ends here."),
    StepKind.ROLLED_OVER: gettext_noop("The first working day after it. The time ends here."),
    StepKind.MINIMUM_ENDS: gettext_noop("The last day of the minimum time."),
    StepKind.EARLIEST: gettext_noop("From this day on it is possible."),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a derivation; `number` is the day of the schedule or the count."""

    kind: StepKind
    on: date
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """When a time limit ends, and how that date came about."""

    rule_code: str
    package: str
    start: date | datetime
    due_on: date
    due_at: datetime
    nominal_on: date
    counted: tuple[Step, ...]
    skipped: tuple[Skipped, ...]
    mode: str
    source: str
    confidence: str
    check_the_letter: bool
    schedule: str | None = None
    day_one: date | None = None
    ground: str | None = None
    earliest_on: date | None = None
    received_by_post_until: date | None = None
    settings: tuple[tuple[str, bool | int | str], ...] = ()
    pauses: tuple[Pause, ...] = ()
    circumstances: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The derivation as it is stored beside a deadline."""
        return {
            "package": self.package,
            "rule": self.rule_code,
            "mode": self.mode,
            "start": self.start.isoformat(),
            "schedule": self.schedule,
            "day_one": _iso(self.day_one),
            "ground": self.ground,
            # What held when it began: under other rules another length may hang on it.
            "circumstances": list(self.circumstances),
            "due_on": self.due_on.isoformat(),
            "due_at": self.due_at.isoformat(),
            "nominal": self.nominal_on.isoformat(),
            "earliest_on": _iso(self.earliest_on),
            "received_by_post_until": _iso(self.received_by_post_until),
            "counted": [
                {"kind": step.kind.value, "date": step.on.isoformat(), "number": step.number}
                for step in self.counted
            ],
            "skipped": [
                {"date": day.on.isoformat(), "name": day.name, "why": day.why.value} for day in self.skipped
            ],
            "source": self.source,
            "confidence": self.confidence,
            "check_the_letter": self.check_the_letter,
            "settings": dict(self.settings),
            "pauses": [
                {"from": pause.first_on.isoformat(), "to": pause.last_on.isoformat(), "name": pause.name}
                for pause in self.pauses
            ],
        }


def _iso(on: date | None) -> str | None:
    return on.isoformat() if on else None
