"""What of a procedure belongs to a partner's part: its terms, its appointments, its small machine.

A partner never reads the story, the needs, the evidence or the messages; nor what the service notes of its
own work: its reasons, its plan of the days and its history.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from asylum_portal.accounts.models import Role
from cases.document_types import DOCUMENT_TYPES

_NOTHING: frozenset[str] = frozenset()
_INTERVIEWS = frozenset({"APPT-AAN", "APPT-NG", "APPT-VA", "APPT-DUB", "APPT-HASA"})
_TRANSFER = frozenset({"DUB-04", "DUB-05", "DUB-06"})
_APPEALS = frozenset({"APP-1W", "APP-4W", "APP-PROV", "APP-RUL", "HAP-01", "HAP-02"})
_DEPARTURE = frozenset({"RET-01", "RET-02", "RET-03"})


@dataclass(frozen=True, slots=True)
class Part:
    """A partner's part of the work in a case."""

    # Terms that it works with, beside those that it owes.
    terms: frozenset[str] = _NOTHING
    # Appointments that it plans or brings people to.
    appointments: frozenset[str] = _NOTHING
    # The small machine whose state it works with.
    machine: str = ""
    # Whose lawyer it is, for who finds one.
    lawyer: bool = False


PARTS: dict[str, Part] = {
    Role.BORDER_POLICE: Part(_TRANSFER | {"BOR-01", "BOR-02"}, _INTERVIEWS | {"APPT-IDR"}, machine="border"),
    Role.POLICE: Part(_TRANSFER | {"NOS-01", "REP-02"}, _INTERVIEWS | {"APPT-IDR"}),
    Role.RETURN_OFFICER: Part(_TRANSFER | _DEPARTURE, frozenset({"APPT-DTV"}), machine="return"),
    Role.COURT: Part(_APPEALS, frozenset({"APPT-COURT"}), machine="appeal"),
    Role.DESK: Part(
        frozenset({"PER-01", "PER-02", "PER-05"}),
        frozenset({"APPT-COLL", "APPT-ORIG"}),
        machine="permit",
    ),
    Role.LEGAL_AID: Part(appointments=_INTERVIEWS | {"APPT-WDR", "APPT-WDH"}, lawyer=True),
    Role.MIGRATION_ADVISER: Part(_DEPARTURE, machine="return"),
    Role.MUNICIPALITY: Part(appointments=frozenset({"APPT-HOME"})),
}


def part_of(user: Any) -> Part | None:
    """The part of this person's body; None for who is no partner."""
    return PARTS.get(getattr(user, "role", ""))


def concerns(role: str, rule_code: str, *, owed_by: Iterable[str]) -> bool:
    """Whether a partner of this role owes a term of this rule or works with it."""
    return role in owed_by or (role in PARTS and rule_code in PARTS[role].terms)


def is_told_outcome(role: str) -> bool:
    """Whether outcome and date of a decision are for this role, who does not read the decision (model C8)."""
    return role in DOCUMENT_TYPES["DOC-DEC-NEG"].fact_only_for


# What the service notes of its own work on the way; and what a decision says.
_ON_THE_WAY = ("day_one_on", "intention_issued_on", "withdrawal_requested_on")
_OF_THE_DECISION = ("decided_on", "outcome", "outcome_title")


def closed_fields(user: Any) -> tuple[str, ...]:
    """The facts of a procedure that stay closed to this person; none for who is no partner."""
    if part_of(user) is None:
        return ()
    return _ON_THE_WAY if is_told_outcome(user.role) else (*_ON_THE_WAY, *_OF_THE_DECISION)


def foreseen_by(reader: Any, procedure: Any, foreseen: Any) -> Any:
    """What a partner may know beforehand of a step: where it leads, and what concerns its own part."""
    part = part_of(reader)
    if part is None:
        return foreseen
    rules, everything = procedure.package.law.rules, foreseen.consequences

    def own(term: Any) -> bool:
        return concerns(reader.role, term.code, owed_by=rules[term.code].owed_by)

    shown = replace(
        everything,
        went=tuple(went for went in everything.went if went.machine in ("procedure", part.machine)),
        opens=tuple(filter(own, everything.opens)),
        ends=tuple(filter(own, everything.ends)),
        moves=tuple(moved for moved in everything.moves if own(moved.after)),
        days=(),
        meetings=tuple(meeting for meeting in everything.meetings if meeting[0] in part.appointments),
        told=tuple(told for told in everything.told if told.role in (Role.APPLICANT, reader.role)),
        access_begins=tuple(access for access in everything.access_begins if access.role == reader.role),
        access_ends=tuple(access for access in everything.access_ends if access.role == reader.role),
    )
    return replace(foreseen, consequences=shown)
