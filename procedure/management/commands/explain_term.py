"""When a time limit ends and why: each day passed over by name, the source and how sure it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils import translation

from procedure.calendars import CannotCompute
from procedure.law_words import CIRCUMSTANCES
from procedure.legal_time import comes_twice, in_amsterdam
from procedure.management.law_command import LawCommand, a_date, a_date_or_moment, skipped_rows
from procedure.rules import EXTENDED_SCHEDULE, Rule, RulePackage, StartFact
from procedure.term_words import START_FACTS
from procedure.terms import STEP_TEXTS, LetterDecides, StepKind, TermMistake, compute


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
        parser.add_argument(
            "--circumstance",
            action="append",
            default=[],
            choices=sorted(CIRCUMSTANCES),
            metavar="NAME",
            help="what holds of the case, such as detained or one_week_appeal; may be repeated",
        )

    def answer(self, package: RulePackage, options: dict[str, Any]) -> dict[str, Any]:
        rule = package.rule(options["rule"])
        _check_question(rule, package, options)
        about = {
            "title": rule.title,
            "owes": list(rule.owes),
            "counts_from": _counts_from(rule),
            "extension": rule.extension,
            "note": rule.note,
        }
        try:
            term = compute(
                rule,
                options["start"],
                package=package,
                schedule=options["schedule"],
                day_one=options["day_one"],
                ground=options["ground"],
                circumstances=frozenset(options["circumstance"]),
                pauses=options["pause"],
            )
        except LetterDecides:
            return {**_by_letter(rule, options["start"], package), **about}
        return {**term.as_json(), **about, "letter_decides": False, "skipped": skipped_rows(term.skipped)}

    def as_text(self, answer: dict[str, Any]) -> list[str]:
        lines = [
            f"{answer['rule']}: {answer['title']} ({answer['package']}, {answer['mode']})",
            f"Starts    {_words(answer['start'])}",
        ]
        if answer["counts_from"]:
            lines.append(f"          {answer['counts_from']}")
        if answer["letter_decides"]:
            lines.append("Ends      on the day that the letter gives: the letter decides.")
            return lines + self._about(answer)
        passed = {row["date"]: f"passed over: {row['name']}" for row in answer["skipped"]}
        entries = [(row["date"], 1, self._step(row)) for row in answer["counted"]]
        entries += [(day, 0, f"  {_words(day)}  {name}") for day, name in passed.items()]
        lines += [line for _, _, line in sorted(entries)]
        # A minimum has no end: on that day something becomes possible.
        if answer["earliest_on"] != answer["due_on"]:
            lines.append(f"Ends      {_words(answer['due_at'])}")
            if answer["nominal"] != answer["due_on"]:
                lines.append(f"Without weekends and holidays it would have been {_words(answer['nominal'])}.")
        if answer["earliest_on"]:
            lines.append(f"Possible  from {_words(answer['earliest_on'])}")
        if answer["received_by_post_until"]:
            lines.append(f"Posted in time, it may arrive until {_words(answer['received_by_post_until'])}.")
        return lines + self._about(answer)

    @staticmethod
    def _about(answer: dict[str, Any]) -> list[str]:
        lines = [f"Source    {answer['source']} ({answer['confidence']})"]
        if answer["check_the_letter"] and not answer["letter_decides"]:
            lines.append("Please check the letter: this length was not read in the text of the law.")
        lines += [f"More time {answer['extension']}"] if answer["extension"] else []
        return lines + ([f"Note      {answer['note']}"] if answer["note"] else [])

    @staticmethod
    def _step(row: dict[str, Any]) -> str:
        text = STEP_TEXTS[StepKind(row["kind"])]
        return f"  {_words(row['date'])}  {text}" + (f" Day {row['number']}." if row["number"] else "")


def _check_question(rule: Rule, package: RulePackage, options: dict[str, Any]) -> None:
    """Refuse what the rule does not look at: an answer would seem to have looked at it."""
    if options["schedule"] is not None and not rule.on_schedule:
        if options["schedule"] != EXTENDED_SCHEDULE:
            package.schedule(options["schedule"])
        raise TermMistake(f"rule {rule.code} ends with no day of a schedule: leave --schedule out")
    if options["day_one"] is not None and not (rule.on_schedule or rule.start_fact == StartFact.DAY_ONE_ON):
        raise TermMistake(f"rule {rule.code} does not count from day 1: leave --day-one out")
    grounds = (*rule.grounds, *rule.letter_when)
    if options["ground"] is not None and options["ground"] not in grounds:
        known = ", ".join(grounds) or "none"
        raise TermMistake(f"rule {rule.code} has no ground {options['ground']!r}; known: {known}")
    for circumstance in options["circumstance"]:
        if circumstance in rule.unless:
            raise TermMistake(
                f"rule {rule.code} does not run with {circumstance}" + _instead(rule, circumstance, package)
            )


def _instead(rule: Rule, circumstance: str, package: RulePackage) -> str:
    others = [
        other.code
        for other in package.rules.values()
        if other.instead_of == rule.code and circumstance in other.when
    ]
    return f"; instead: {', '.join(others)}" if others else ""


def _counts_from(rule: Rule) -> str:
    """What the start must be, where it is not the day of the event itself."""
    with translation.override("en"):
        return " ".join(_starts_of(rule))


def _starts_of(rule: Rule) -> Iterator[str]:
    if rule.start_fact != StartFact.EVENT_ON:
        yield f"It counts from {_day_of(rule.start_fact, rule)}: start is that day."
    for fact in dict.fromkeys(rule.start_fact_after.values()):
        steps = ", ".join(step for step, other in rule.start_fact_after.items() if other == fact)
        yield f"After {steps} it counts from {_day_of(fact, rule)}."


def _day_of(fact: StartFact, rule: Rule) -> str:
    match fact:
        case StartFact.DUE_OF_RULE:
            return f"the last day of {rule.due_of}"
        case StartFact.START_OF_RULE:
            return f"the same day as {rule.start_of}"
        case _:
            return str(START_FACTS[fact])


def _by_letter(rule: Rule, start: date | datetime, package: RulePackage) -> dict[str, Any]:
    """The answer where no text of law gives a length."""
    try:
        moment = in_amsterdam(start) if isinstance(start, datetime) else start
    except OverflowError:
        raise CannotCompute(f"{start} lies beyond the calendar") from None
    return {
        "package": package.name,
        "rule": rule.code,
        "mode": rule.mode.value,
        "start": moment.isoformat(),
        "letter_decides": True,
        "not_before": rule.not_before or None,
        "due_on": None,
        "due_at": None,
        "skipped": [],
        "source": rule.source,
        "confidence": rule.confidence,
        "check_the_letter": True,
        "settings": dict(package.overrides),
    }


def _words(text: str) -> str:
    if len(text) == len("2026-04-01"):
        return f"{date.fromisoformat(text):%a} {text}"
    moment = datetime.fromisoformat(text)
    offset = f" ({moment.isoformat()[-6:]})" if comes_twice(moment) else ""
    return f"{moment:%a %Y-%m-%d %H:%M:%S}{offset}"
