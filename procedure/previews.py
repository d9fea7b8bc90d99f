"""What a step would set in motion: the very step, taken in a transaction and rolled back."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from asylum_portal.accounts.models import User
from cases.file_types import ProvenFile
from cases.vault import discarding_on_error
from procedure import checks
from procedure.actions import carry_out
from procedure.consequences import Consequences, Picture, Stands, between
from procedure.given import Given
from procedure.guards import StateForbids
from procedure.machines import MODEL_OF_STEP
from procedure.models import Procedure
from procedure.states import GRANTS, REFUSALS, REFUSALS_OF_TRACK, Outcome, Schedule, Track
from procedure.step_choices import CLAIM_KINDS
from procedure.step_documents import document_code, document_is_missing

_DECISION_PERIODS = ("42(4)(a)", "42(4)(b)", "42(4)(c)", "42(5)")
_SOME_BYTES = b"a document that is never kept"
# In place of a document that has not been handed in yet: its type alone matters here.
_SOME_DOCUMENT = ProvenFile(
    name="preview.pdf",
    media_type="application/pdf",
    extension="pdf",
    size=len(_SOME_BYTES),
    received_sha256=sha256(_SOME_BYTES).hexdigest(),
    content=_SOME_BYTES,
    stored_sha256=sha256(_SOME_BYTES).hexdigest(),
    pages=1,
    removed=frozenset(),
)


class _RollBack(Exception):
    """Ends every rehearsal."""


@dataclass(frozen=True)
class Foreseen:
    """The consequences of a step as far as they are known; `lacking` names what still has to be filled in."""

    consequences: Consequences = field(default_factory=Consequences)
    lacking: tuple[str, ...] = ()
    forbidden: tuple[Any, ...] = ()
    wrong: Mapping[str, Any] = field(default_factory=dict)


def foresee(
    procedure: Procedure, name: str, *, actor: User, on: date, at: datetime, given: Given | None = None
) -> Foreseen:
    """What this step would do, taken by this person for this day; nothing of it is kept.

    Where a choice is still open each of its values is tried, and what differs says for which.
    """
    given = given or Given()
    known = {key: value for key, value in given.arguments.items() if value is not None}
    lacking = [key for key in _needed(name) if key not in known]
    field_name, choices = _choices(procedure, name)
    if lacking == [field_name]:
        tried = {
            label: _rehearse(
                procedure, name, actor, on, at, replace(given, arguments={**known, field_name: value})
            )
            for value, label in choices.items()
        }
        return _merged(tried, lacking=field_name)
    if lacking:
        return Foreseen(lacking=tuple(lacking))
    return _rehearse(procedure, name, actor, on, at, replace(given, arguments=known))


def _rehearse(procedure: Procedure, name: str, actor: User, on: date, at: datetime, given: Given) -> Foreseen:
    if document_code(procedure, name) and document_is_missing(procedure, name, given.document, given.facts):
        given = replace(given, document=_SOME_DOCUMENT)
    found: list[Consequences] = []
    try:
        with discarding_on_error(), transaction.atomic():
            locked = Procedure.objects.select_for_update(no_key=True).get(pk=procedure.pk)
            _check_what_is_given(locked, name, actor, on, at, given)
            before = Picture.of(locked)
            carry_out(locked, name, actor=actor, on=on, at=at, given=given)
            found.append(between(before, Picture.of(locked), locked))
            raise _RollBack
    except _RollBack:
        return Foreseen(found[0])
    except StateForbids as forbidden:
        return Foreseen(forbidden=tuple(forbidden.reasons))
    except ValidationError as wrong:
        return Foreseen(wrong=getattr(wrong, "message_dict", {"": wrong.messages}))


def _check_what_is_given(
    procedure: Procedure, name: str, actor: User, on: date, at: datetime, given: Given
) -> None:
    """What is filled in wrong is said, before the step trips over it; what is still to come is not missed."""
    try:
        checks.check(procedure, name, actor=actor, on=on, at=at, given=given)
    except StateForbids:
        return  # what only time can help stands on the page of the step
    except ValidationError as wrong:
        of_arguments = {field: said for field, said in wrong.error_dict.items() if field in given.arguments}
        if of_arguments:
            raise ValidationError(of_arguments) from wrong


def _needed(name: str) -> list[str]:
    """The arguments without which this step cannot be tried."""
    parameters = inspect.signature(getattr(MODEL_OF_STEP[name], name)).parameters.values()
    return [item.name for item in parameters if item.default is item.empty and item.name != "self"]


def _choices(procedure: Procedure, name: str) -> tuple[str, dict[Any, Any]]:
    """The one choice of a step on which its terms depend, with what can be chosen."""
    match name:
        case "begin_preparation":
            chosen = (Schedule.SIX_DAYS, Schedule.NINE_DAYS)
            return "schedule", {str(code): code.label for code in chosen}
        case "extend_general_procedure":
            return "ground", {ground: ground for ground in "abcdefg"}
        case "extend_decision_period":
            return "ground", {ground: ground for ground in _DECISION_PERIODS}
        case "grant":
            return "outcome", {str(code): Outcome(code).label for code in GRANTS}
        case "refuse":
            allowed = REFUSALS_OF_TRACK.get(Track(procedure.track), REFUSALS)
            return "outcome", {str(code): Outcome(code).label for code in allowed}
        case "send_claim":
            return "kind", dict(CLAIM_KINDS)
        case _:
            return "", {}


def _merged(tried: Mapping[Any, Foreseen], *, lacking: str) -> Foreseen:
    """One answer for all choices; a term that only some of them open says for which."""
    possible = {
        label: foreseen for label, foreseen in tried.items() if not foreseen.forbidden and not foreseen.wrong
    }
    if not possible:
        return replace(next(iter(tried.values())), lacking=(lacking,))
    lead_to: dict[Stands, list[str]] = {}
    for label, foreseen in possible.items():
        for opening in foreseen.consequences.opens:
            lead_to.setdefault(opening, []).append(str(label))
    opens = [
        opening if len(labels) == len(possible) else replace(opening, only_for=tuple(labels))
        for opening, labels in lead_to.items()
    ]
    first = next(iter(possible.values())).consequences
    shared = replace(first, opens=tuple(sorted(opens, key=lambda row: (row.due_at, row.code))))
    return Foreseen(shared, lacking=(lacking,))
