"""What a step would set in motion, worked out before it is taken; nothing is written."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from procedure import deadlines
from procedure.calendars import CannotCompute, DayKind, LegalCalendar, Plan
from procedure.models import Deadline, Procedure
from procedure.rules import Mode, Rule, StartFact
from procedure.states import GRANTS, REFUSALS, Outcome, Schedule

_DECISION_PERIODS = ("42(4)(a)", "42(4)(b)", "42(4)(c)", "42(5)")
# What the taker of a step still has to choose when its page opens, and on which its terms depend.
_CHOICES: dict[str, tuple[str, Mapping[str, Any]]] = {
    "begin_preparation": ("schedule", dict(Schedule.choices)),
    "extend_general_procedure": ("ground", {ground: ground for ground in "abcdefg"}),
    "extend_decision_period": ("ground", {ground: ground for ground in _DECISION_PERIODS}),
    "grant": ("outcome", {str(code): Outcome(code).label for code in GRANTS}),
    "refuse": ("outcome", {str(code): Outcome(code).label for code in REFUSALS}),
}


@dataclass(frozen=True)
class Ending:
    """A running term that the step ends."""

    deadline: Deadline
    state: Deadline.State


@dataclass(frozen=True)
class Opening:
    """A term that the step opens; without a date when that depends on something not yet known."""

    rule: Rule
    due_on: date | None
    lacks_calendar: bool = False
    letter_may_differ: bool = False
    # The choices with which it opens on this date; empty when it does with each.
    only_for: tuple[Any, ...] = ()

    @property
    def is_minimum(self) -> bool:
        return self.rule.mode == Mode.CALENDAR_MIN


@dataclass(frozen=True)
class Preview:
    """The consequences of a step for the time limits and the planned days."""

    ends: tuple[Ending, ...]
    opens: tuple[Opening, ...]
    moves: Deadline | None
    plan: Plan | None


def foresee(procedure: Procedure, name: str, *, on: date, arguments: Mapping[str, Any]) -> Preview:
    """What this step would do on this day; `arguments` are those known so far."""
    key, choices = _CHOICES.get(name, ("", {}))
    if arguments.get(key) in choices:
        choices = {arguments[key]: choices[arguments[key]]}
    variants = {}
    for value, label in (choices or {"": ""}).items():
        chosen = {**arguments, key: value} if key else arguments
        variants[label] = list(_openings(procedure, name, on=on, arguments=chosen))
    moves = name == "extend_response_term"
    return Preview(
        ends=tuple(
            Ending(deadline, deadlines.fate(deadline, name, on=on))
            for deadline in deadlines.terms_ended_by(procedure, name).order_by("due_at")
        ),
        opens=tuple(_merged(variants)),
        moves=procedure.latest_deadline(*deadlines.LETTER_TERMS[name]) if moves else None,
        plan=_plan(procedure, name, on=on, arguments=arguments),
    )


def _after(procedure: Procedure, name: str, *, on: date, arguments: Mapping[str, Any]) -> Procedure:
    """A copy of the procedure on which the step was tried; it is never saved."""
    future = copy.copy(procedure)
    future.event_on = on
    getattr(future, name)(**arguments)
    return future


def _openings(
    procedure: Procedure, name: str, *, on: date, arguments: Mapping[str, Any]
) -> Iterator[Opening]:
    future = _after(procedure, name, on=on, arguments=arguments)
    found: dict[str, date] = {}
    for rule in deadlines.rules_opened_by(future, name):
        due_on, lacks_calendar = None, False
        if rule.start_fact != StartFact.DAY_ONE_ON or future.day_one_on:
            start = found.get(rule.due_of) or deadlines.start_of(future, rule, on)
            ground = str(arguments.get("ground", "")) if rule.grounds else ""
            try:
                due_on = deadlines.compute(future, rule, start, ground=ground).due_on
                found[rule.code] = due_on
            except CannotCompute:
                lacks_calendar = True
        yield Opening(
            rule,
            due_on,
            lacks_calendar=lacks_calendar,
            letter_may_differ=rule.code in deadlines.LETTER_TERMS.get(name, ()),
        )


def _merged(variants: Mapping[Any, list[Opening]]) -> Iterator[Opening]:
    """Each term and date once, with the choices that lead to it unless all do."""
    found: dict[tuple[str, date | None], Opening] = {}
    lead_to: dict[tuple[str, date | None], list[Any]] = {}
    for label, openings in variants.items():
        for opening in openings:
            key = (opening.rule.code, opening.due_on)
            found.setdefault(key, opening)
            lead_to.setdefault(key, []).append(label)
    in_order = sorted(found.items(), key=lambda entry: entry[1].due_on or date.max)
    for key, opening in in_order:
        always = len(lead_to[key]) == len(variants)
        yield opening if always else replace(opening, only_for=tuple(lead_to[key]))


def _plan(procedure: Procedure, name: str, *, on: date, arguments: Mapping[str, Any]) -> Plan | None:
    """The dated days, when the step writes them."""
    if name not in ("complete_preparation", "choose_nine_days"):
        return None
    future = _after(procedure, name, on=on, arguments=arguments)
    return days_from(future, future.schedule, future.day_one_on) if future.day_one_on else None


def days_from(procedure: Procedure, schedule_code: str, day_one: date) -> Plan | None:
    """The days of a schedule from this day 1, or None when it can be no day 1."""
    law = procedure.package.law
    schedule = law.schedule(schedule_code)
    try:
        return LegalCalendar(law).days(day_one, schedule.last_day, DayKind(schedule.calendar))
    except CannotCompute:
        return None
