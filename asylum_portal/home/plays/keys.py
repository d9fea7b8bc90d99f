"""What may stand in a scenario: keys with the shape of their values, names of steps, filings and people."""

import inspect
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import cache
from typing import Any

from asylum_portal.accounts.models import PARTNER_ROLES
from asylum_portal.home.plays.cast import NAMES
from cases.document_types import DOCUMENT_TYPES
from cases.models import SpecialNeed
from procedure import actions, machines
from procedure.effects import APPOINTMENT_OF_STEP
from procedure.models import Filing, Procedure
from procedure.states import Outcome, Schedule, State, Track
from procedure.step_arguments import NOT_FACTS
from procedure.step_fields import FIELDS
from reception.access import ACTORS as RECEPTION_STEPS
from reception.models import ReportingSlot

# What is wrong with a value, or nothing.
Shape = Callable[[Any], str]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
CENTRES = ("north", "south")
# What is no step of a machine: the portal by itself, reports, and who has a part in the case.
ASIDE = (
    "the clock",
    "arrive",
    "report",
    "excuse report",
    "involve",
    "end involvement",
    "appoint guardian",
    "give consent",
    "add document",
)


def _is(kind: type, words: str) -> Shape:
    def check(value: Any) -> str:
        # A moment is a kind of date, and true a kind of number.
        return "" if type(value) is kind else f"must be {words}, not {value!r}"

    return check


text = _is(str, "a text in quotes")
day = _is(date, "a date without quotes, such as 2026-04-01")
clock = _is(time, "a time without quotes, such as 10:00:00")
truth = _is(bool, "true or false")


def moment(value: Any) -> str:
    if type(value) is datetime and value.tzinfo is None:
        return ""
    return f"must be a day and a time without quotes, such as 2026-04-01T14:30:00, not {value!r}"


def anything(value: Any) -> str:
    return ""


def one_of(*allowed: Any) -> Shape:
    def check(value: Any) -> str:
        return "" if value in allowed else f"there is no {value!r}; there are {', '.join(map(str, allowed))}"

    return check


def several(shape: Shape) -> Shape:
    def check(value: Any) -> str:
        if not isinstance(value, list):
            return f"must be a list, not {value!r}"
        return next(filter(None, map(shape, value)), "")

    return check


def table(shape: Shape) -> Shape:
    """A table with any keys, whose values have one shape."""

    def check(value: Any) -> str:
        if not isinstance(value, dict):
            return f"must be a table, not {value!r}"
        return next((f"{key}: {wrong}" for key, entry in value.items() if (wrong := shape(entry))), "")

    return check


def either(*shapes: Shape) -> Shape:
    def check(value: Any) -> str:
        found = [shape(value) for shape in shapes]
        return "" if "" in found else " or ".join(found)

    return check


HEAD: Mapping[str, Shape] = {
    "title": text,
    "note": text,
    "package": text,
    "begins": day,
    "case": table(anything),
    "steps": several(anything),
}
CASE: Mapping[str, Shape] = {
    "special_needs": several(one_of(*SpecialNeed.values)),
    "unaccompanied_minor": truth,
    "guardian": truth,
    "lawyer": truth,
    "place": text,
    "involved": several(one_of(*sorted(PARTNER_ROLES))),
    "earlier": text,
}
STEP: Mapping[str, Shape] = {
    "on": day,
    "recorded_on": day,
    "time": clock,
    "who": one_of(*sorted(NAMES)),
    "what": text,
    "with": table(anything),
    "expect": table(anything),
    "note": text,
}
_DOCUMENT = one_of(*DOCUMENT_TYPES)
EXPECT: Mapping[str, Shape] = {
    "state": one_of(*State.values),
    "track": one_of(*Track.values),
    "schedule": one_of(*Schedule.values),
    "outcome": one_of(*Outcome.values),
    "decided_in": one_of(*Track.values),
    "machines": table(text),
    "refused": one_of("409", "403", "400"),
    "fields": several(text),
    "because": text,
    "due": table(either(day, moment)),
    "terms": table(text),
    "open": several(text),
    "paused": several(text),
    "ledger": several(text),
    "days": several(day),
    "skipped": table(several(text)),
    "posted_until": table(day),
    "late": truth,
    "documents": several(_DOCUMENT),
    "told": several(text),
    "sees": several(one_of(*sorted(NAMES))),
    "sees_not": several(one_of(*sorted(NAMES))),
    "stage": text,
    "next": day,
    "reports": several(day),
}
_FILING: Mapping[str, Shape] = {"complete": truth, "late_reason": text}
_ASIDE: dict[str, Mapping[str, Shape]] = {
    "the clock": {},
    "arrive": {"weekday": one_of(*WEEKDAYS), "centre": one_of(*CENTRES)},
    "report": {},
    "excuse report": {"reason": one_of(*ReportingSlot.Reason.values)},
    "involve": {"role": one_of(*sorted(PARTNER_ROLES))},
    "end involvement": {"role": one_of(*sorted(PARTNER_ROLES))},
    "appoint guardian": {"until": day},
    "give consent": {},
    "add document": {"code": _DOCUMENT, "conclusion": text},
}
_RECEPTION: Mapping[str, Shape] = {
    "centre": one_of(*CENTRES),
    "weekday": one_of(*WEEKDAYS),
    "moment": moment,
    "municipality": one_of(False),
    "address": text,
    "viewing_at": moment,
    "child_ground": text,
    "reason": text,
    "unticked": several(text),
}
# What a file says in its own words, whichever step it is; the rest is what the form of the step asks.
_OF_ANY_STEP: Mapping[str, Shape] = {
    "reason": text,
    "document": one_of(False),
    "unticked": several(text),
    "letter_due_on": day,
    "letter_reason": text,
    "lawyer": one_of(*sorted(NAMES)),
}
_OF_TYPE: dict[Any, Shape] = {date: day, datetime: moment, bool: truth, str: text, date | None: day}


@cache
def what_is_known() -> frozenset[str]:
    """Everything that `what` may be."""
    filings = {f"file {kind}" for kind in Filing.Kind.values}
    begun = {"express_wish", "announce_repeat_application"}
    return frozenset({*ASIDE, *filings, *machines.MODEL_OF_STEP, *RECEPTION_STEPS, *begun})


@cache
def given_keys(what: str) -> Mapping[str, Shape] | None:
    """What `with` may hold beside a step; None for a step, whose form says what it asks."""
    if what in _ASIDE:
        return _ASIDE[what]
    if what in RECEPTION_STEPS:
        return _RECEPTION
    return _FILING if what.startswith("file ") else None


def keys_of_step(what: str, procedure: Procedure) -> Mapping[str, Shape]:
    """What `with` may hold for a step of the procedure: what its form asks, and a file's own words."""
    asks = FIELDS.get(what)
    asked = asks(procedure) if asks else {}
    of_meeting = {"meeting_at": moment} if what in APPOINTMENT_OF_STEP else {}
    facts = dict.fromkeys(set(asked) - NOT_FACTS, anything)
    return {**facts, **arguments_of(what), **_OF_ANY_STEP, **of_meeting}


@cache
def arguments_of(what: str) -> Mapping[str, Shape]:
    """What goes to the step itself; everything else that is given is a fact of its history."""
    model = machines.MODEL_OF_STEP.get(what)
    step = getattr(model, what) if model else getattr(actions, what)
    parameters = inspect.signature(step, eval_str=True).parameters.values()
    ours = {"self", "case", "procedure", "actor", "on", "at", "document", "lawyer", "letter", "appointment"}
    return {
        parameter.name: _OF_TYPE.get(parameter.annotation, anything)
        for parameter in parameters
        if parameter.name not in ours and parameter.kind is parameter.KEYWORD_ONLY
    }
