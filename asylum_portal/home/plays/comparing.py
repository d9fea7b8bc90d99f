"""Holds what a step brought against what the file says must be so; every difference with both values."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from asylum_portal.accounts.models import Role
from asylum_portal.home.plays.cast import Cast
from asylum_portal.home.plays.seen import Seen, small_machines, who_can_open
from procedure import panels
from procedure.models import DateChange, Deadline
from reception.models import ReportingSlot

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def differences(seen: Seen, cast: Cast) -> Iterator[str]:
    """What is not as the file says."""
    expect = seen.step.expect
    yield from _of_refusal(seen)
    for what, found, wanted in _compared(seen, cast, expect):
        if found != wanted:
            yield f"{what} is {shown(found)}, but the file says {shown(wanted)}"


def shown(value: Any) -> str:
    """A value as the file's reader knows it: days with their weekday."""
    if isinstance(value, datetime):
        return f"{value:%a %d %b %Y %H:%M:%S}"
    if isinstance(value, date):
        return f"{value:%a %d %b %Y}"
    if isinstance(value, list):
        return "[" + ", ".join(shown(entry) for entry in value) + "]"
    return "nothing" if value is None else str(value)


def _of_refusal(seen: Seen) -> Iterator[str]:
    refusal, expect = seen.refusal, seen.step.expect
    found = refusal.code if refusal else None
    if found != expect.get("refused"):
        told = f" ({refusal.words}{' '.join(('', *refusal.fields))})" if refusal else ""
        wanted = f"refused with {expect['refused']}" if "refused" in expect else "taken"
        yield f"the step is {f'refused with {found}' if found else 'taken'}{told}, but the file says {wanted}"
        return
    fields, right = list(refusal.fields) if refusal else [], sorted(expect.get("fields", []))
    if "fields" in expect and fields != right:
        yield f"the wrong fields are {shown(fields)}, but the file says {shown(right)}"
    if refusal and expect.get("because", "") not in refusal.words:
        yield f"the reason is {refusal.words!r}, but the file says {expect['because']!r}"


def _compared(seen: Seen, cast: Cast, expect: Any) -> Iterator[tuple[str, Any, Any]]:
    procedure, on = cast.procedure, seen.step.on
    if procedure is None:
        return
    for key in ("state", "track", "schedule", "outcome"):
        if key in expect:
            yield f"the {key}", str(getattr(procedure, key)), expect[key]
    if "decided_in" in expect:
        yield "the track of the decision", str(procedure.decided_in_track), expect["decided_in"]
    if "machines" in expect:
        found = small_machines(cast)
        for name, state in expect["machines"].items():
            yield f"the machine {name}", found.get(name), state
    if "days" in expect:
        yield "the plan", [day.on for day in procedure.days.all()], expect["days"]
    yield from _of_terms(cast, expect)
    if "ledger" in expect:
        yield "what the ledger adds", [ledger_line(change) for change in seen.changes], expect["ledger"]
    if "late" in expect:
        yield "late", None if seen.filing is None else seen.filing.in_time is False, expect["late"]
    if "documents" in expect:
        yield "what is put on file", sorted(seen.documents), sorted(expect["documents"])
    if "told" in expect:
        told = sorted(f"{cast.name_of(notice.recipient)}: {notice.kind}" for notice in seen.notices)
        yield "who is told", told, sorted(expect["told"])
    yield from _of_people(cast, expect, on=on)
    if "reports" in expect:
        slots = ReportingSlot.objects.of(cast.case.applicant).order_by("on")
        yield "the weekly reports", [slot.on for slot in slots], expect["reports"]


def _of_terms(cast: Cast, expect: Any) -> Iterator[tuple[str, Any, Any]]:
    procedure = cast.procedure
    for code, wanted in expect.get("due", {}).items():
        term = _term(cast, code)
        found: Any = term and term.effective_due_on
        if term is not None and isinstance(wanted, datetime):
            found = term.due_at.astimezone(_AMSTERDAM).replace(tzinfo=None)
        yield f"the last day of {code}", found, wanted
    for code, state in expect.get("terms", {}).items():
        term = _term(cast, code)
        yield f"the term {code}", term and str(term.state), state
    for code, names in expect.get("skipped", {}).items():
        term = _term(cast, code)
        passed = [f"{day['date']} {day['name']}" for day in term.derivation["skipped"]] if term else None
        yield f"what {code} passes over", passed, names
    for code, until in expect.get("posted_until", {}).items():
        term = _term(cast, code)
        last = term.derivation["received_by_post_until"] if term else None
        yield f"{code} by post", last and date.fromisoformat(last), until
    if "open" in expect:
        yield "what is open", _codes(procedure.deadlines.open()), sorted(expect["open"])
    if "paused" in expect:
        still = procedure.deadlines.filter(state=Deadline.State.SUSPENDED)
        yield "what stands still", _codes(still), sorted(expect["paused"])


def _of_people(cast: Cast, expect: Any, *, on: date) -> Iterator[tuple[str, Any, Any]]:
    if "sees" in expect or "sees_not" in expect:
        able = who_can_open(cast, on=on)
        for key, wanted in (("sees", True), ("sees_not", False)):
            for name in expect.get(key, []):
                yield f"that {name} can open the case", name in able, wanted
    if "stage" in expect or "next" in expect:
        procedure = panels.current_procedure(cast.case)
        assert procedure is not None
        if "stage" in expect:
            yield "the applicant's stage", str(procedure.phase), expect["stage"]
        if "next" in expect:
            coming = panels.next_date(procedure, today=on, role=Role.APPLICANT)
            yield "the applicant's next date", coming and coming.on, expect["next"]


def ledger_line(change: DateChange) -> str:
    """A row of the ledger: DEC-06M 2026-09-17 -> 2026-10-02: pause."""
    to_on = change.to_on or "stands still"
    return f"{change.deadline.rule_code} {change.from_on or 'stood still'} -> {to_on}: {change.cause}"


def _codes(terms: Any) -> list[str]:
    return list(terms.order_by("rule_code").values_list("rule_code", flat=True))


def _term(cast: Cast, code: str) -> Deadline | None:
    """The newest term with this code."""
    return cast.procedure.deadlines.filter(rule_code=code).order_by("opened_by_id", "pk").last()
