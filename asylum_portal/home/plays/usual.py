"""What a step usually needs in a play, so that a file tells only what matters to it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from asylum_portal.accounts.models import Role, User
from cases.file_types import ProvenFile
from procedure.access import ACTORS
from procedure.given import Letter, Meeting
from procedure.step_documents import DOCUMENT_OF_STEP
from procedure.ticks import REASON_REQUIRED, ticks_of

_ACTORS = (
    Role.CASEWORKER,
    Role.PLANNER,
    Role.SUPERVISOR,
    Role.LAWYER,
    Role.DESK,
    Role.APPLICANT,
    Role.BORDER_POLICE,
    Role.COURT,
    Role.RETURN_OFFICER,
    Role.LEGAL_AID,
    Role.MIGRATION_ADVISER,
    Role.POLICE,
    Role.RECEPTION,
    Role.SYSTEM,
)
_AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def facts(name: str) -> dict[str, Any]:
    """The ticks of a step, all set; health advice is rarely there, and its refusal is."""
    usual: dict[str, Any] = dict.fromkeys(ticks_of(name), True)
    return usual | {"no_medical_consent": True} if name == "complete_preparation" else usual


def actor(name: str) -> str:
    """Who of the cast usually takes a step: the caseworker where she may."""
    return next(str(role) for role in _ACTORS if role in ACTORS[name])


def inputs(
    name: str, *, on: date, letter: Callable[[str], ProvenFile], people: Mapping[str, User]
) -> dict[str, Any]:
    """The arguments of apply_transition for a step on a day."""
    usual: dict[str, Any] = {"facts": facts(name)}
    if name in DOCUMENT_OF_STEP and name != "complete_preparation":
        usual["document"] = letter(name)
    if name in REASON_REQUIRED:
        usual["reason"] = "as the file shows"
    match name:
        case "begin_preparation":
            usual["schedule"] = "AA6"
        case "plan_extended_interview" | "plan_withdrawal_hearing":
            usual["appointment"] = meeting(datetime.combine(on + timedelta(days=7), time(9)))
        case "complete_preparation":
            usual["day_one_on"] = on
        case "grant":
            usual["outcome"] = "GRANT_A"
        case "refuse":
            usual["outcome"] = "UNFOUNDED"
        case "extend_general_procedure":
            usual["ground"] = "c"
        case "extend_decision_period":
            usual["ground"] = "42(4)(a)"
            usual["letter"] = Letter(on + timedelta(days=300), "complex")
        case "assign_lawyer" | "change_lawyer":
            usual["lawyer"] = people["other_lawyer"]
    return usual


def meeting(starts_at: datetime) -> Meeting:
    """An appointment with an interpreter, at this time on the clock of the Netherlands."""
    return Meeting(starts_at.replace(tzinfo=_AMSTERDAM), "IND Zwolle", "Tigrinya")
