"""Small machines that a step begins: the way to court, the permit, the family's window, the return."""

from collections.abc import Callable
from typing import Any

from asylum_portal.accounts.models import User
from procedure import deadlines, machines
from procedure.circumstances import is_one_week_case, is_suspensive
from procedure.given import Given
from procedure.history import write_history
from procedure.models import (
    Appeal,
    FamilyReunification,
    Permit,
    Procedure,
    Replacement,
    ReturnTrack,
    SmallMachine,
    Transition,
)
from procedure.states import Outcome

Begin = Callable[[Procedure, Transition], None]
_REFUGEE_OR_SUBSIDIARY = (Outcome.GRANT_A, Outcome.GRANT_B1, Outcome.GRANT_B2, Outcome.GRANT_B3)
_AGAINST = {
    "withdraw_permit": Appeal.Against.PERMIT,
    "refuse_family_reunification": Appeal.Against.FAMILY,
}


def begun_by(procedure: Procedure, history: Transition, *, given: Given) -> list[Begin]:
    """What a step begins beside the procedure, in its order."""
    match history.name:
        case "grant":
            window = procedure.outcome in _REFUGEE_OR_SUBSIDIARY
            return [_permit, *([_family_window] if window else [])]
        case "refuse" | "decide_not_to_consider" | "discontinue" | "refuse_incomplete" | "withdraw_permit":
            return [_appeal_window(given), _return(given)]
        case "confirm_withdrawal" | "renounce_permit":
            return [_return(given)]
        case "refuse_family_reunification":
            return [_appeal_window(given)]
        case "report_loss":
            return [_replacement(str(given.arguments["what"]))]
        case _:
            return []


def _appeal_window(given: Given) -> Begin:
    def begin(procedure: Procedure, history: Transition) -> None:
        against = _AGAINST.get(history.name, Appeal.Against.APPLICATION)
        ours = against == Appeal.Against.APPLICATION
        appeal = Appeal(
            procedure=procedure,
            against=against,
            outcome=procedure.outcome if ours else "",
            one_week=ours and is_one_week_case(procedure),
            suspensive=not ours
            or is_suspensive(procedure, exception=bool(given.facts.get("suspensive_exception"))),
        )
        _begin(appeal, "open_appeal_window", history)

    return begin


def _return(given: Given) -> Begin:
    def begin(procedure: Procedure, history: Transition) -> None:
        running = machines.current(procedure, "return")
        if running is not None and running.state not in ("departed", "unknown_destination", "stopped"):
            return
        at_once = bool(given.facts.get("leave_at_once"))
        _begin(ReturnTrack(procedure=procedure, leaves_at_once=at_once), "begin_return", history)

    return begin


def _permit(procedure: Procedure, history: Transition) -> None:
    _begin(Permit(procedure=procedure), "begin_permit", history)


def _family_window(procedure: Procedure, history: Transition) -> None:
    _begin(FamilyReunification(procedure=procedure), "open_family_window", history)


def _replacement(what: str) -> Begin:
    def begin(procedure: Procedure, history: Transition) -> None:
        _begin(Replacement(procedure=procedure, what=what), "begin_replacement", history)

    return begin


def _begin(subject: SmallMachine, name: str, cause: Transition) -> None:
    """Save a small machine in its first state, with its row in the history and the terms that it opens."""
    subject.save(force_insert=True)
    given: Any = Given()
    history = write_history(
        subject,
        name,
        from_state="",
        actor=User.objects.system(),
        on=cause.on,
        at=cause.at,
        given=given,
    )
    deadlines.open_for(subject.procedure, history)
