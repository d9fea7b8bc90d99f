"""Conditions of transitions: each looks at a procedure on the day of the event and says why when it fails.

The day is `procedure.event_on`, set before anything is asked. Numbers T.. are those of the model, C2.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed

from procedure.states import Schedule, State, Track

if TYPE_CHECKING:
    from procedure.models import Procedure


class StateForbids(TransitionNotAllowed):
    """The state does not allow this step (any more); `reasons` are sentences for the reader."""

    def __init__(self, reasons: Sequence[Any]) -> None:
        super().__init__(" ".join(str(reason) for reason in reasons))
        self.reasons = list(reasons)


Condition = Callable[["Procedure"], bool]

# The terms for which a state waits: what somebody owes before the procedure goes on.
WAITING_TERMS = {
    State.CORRECTIONS: ("AA-COR", "VA-COR"),
    State.INTENDED_DECISION: ("AA-VIEW", "VA-VIEW", "VW-DET"),
}


def guard(reason: Any) -> Callable[[Condition], Condition]:
    """Mark a condition with the sentence that is shown when it does not hold."""

    def mark(condition: Condition) -> Condition:
        condition.reason = reason  # type: ignore[attr-defined]
        return condition

    return mark


@guard(_("This step belongs to the general procedure."))
def in_general_track(procedure: "Procedure") -> bool:
    return procedure.track == Track.GENERAL


@guard(_("A lawyer must be assigned first."))
def lawyer_assigned(procedure: "Procedure") -> bool:
    return procedure.case.current_mandate(on=procedure.event_on) is not None


@guard(_("An unaccompanied child needs a guardian first."))
def guardian_for_child(procedure: "Procedure") -> bool:
    case = procedure.case
    return not case.unaccompanied_minor or case.current_guardian(on=procedure.event_on) is not None


@guard(_("The general procedure has started; the number of days can no longer be chosen."))
def before_first_day(procedure: "Procedure") -> bool:
    return procedure.day_one_on is None or procedure.event_on < procedure.day_one_on


@guard(_("Nine days have been chosen already."))
def six_days_chosen(procedure: "Procedure") -> bool:
    return procedure.schedule == Schedule.SIX_DAYS


@guard(_("The general procedure starts on the day that was announced, and not on another."))
def is_announced_day_one(procedure: "Procedure") -> bool:
    return procedure.event_on == procedure.day_one_on


@guard(_("No corrections have come in yet and the time for them is not over."))
def corrections_in_or_over(procedure: "Procedure") -> bool:
    return _in_or_over(procedure, ("corrections", "confirmation"), WAITING_TERMS[State.CORRECTIONS])


@guard(_("No response has come in yet and the time for it is not over."))
def response_in_or_over(procedure: "Procedure") -> bool:
    return _in_or_over(procedure, ("response",), WAITING_TERMS[State.INTENDED_DECISION])


def _in_or_over(procedure: "Procedure", kinds: tuple[str, ...], codes: tuple[str, ...]) -> bool:
    deadline = procedure.latest_deadline(*codes)
    if deadline is None:
        return False
    return deadline.filings.filter(kind__in=kinds).exists() or deadline.effective_due_on < procedure.event_on


@guard(_("The day for the first outcome has not come yet."))
def outcome_day_reached(procedure: "Procedure") -> bool:
    """T15: day 3 of six, day 5 of nine."""
    if procedure.track == Track.EXTENDED:
        return True
    day = procedure.day_that_closes("AA-OUT")
    return day is None or procedure.event_on >= day.on


@guard(
    _(
        "The day for the intended decision is over and no extension was recorded. "
        "Refer the case to the extended procedure, or record the extension."
    )
)
def outcome_day_not_over(procedure: "Procedure") -> bool:
    """T15 and model C5.2: after day 3 (or 5) only with an extension."""
    return procedure.track == Track.EXTENDED or not _over(procedure, "AA-OUT")


@guard(
    _(
        "The days of the general procedure are over, so it can no longer be extended. "
        "Refer the case to the extended procedure."
    )
)
def not_overrun(procedure: "Procedure") -> bool:
    """T17 and model C5.2: an extension is given in time; one given earlier is recorded with its own day."""
    decides = procedure.state in (State.INTENDED_DECISION, State.DECISION)
    return not _over(procedure, "AA-DEC" if decides else "AA-OUT")


@guard(
    _(
        "The last day of the general procedure is over; it can no longer end in a refusal. "
        "Refer the case to the extended procedure."
    )
)
def last_day_not_over(procedure: "Procedure") -> bool:
    """T19 and invariant C12.4: the service is late, so the case goes on in the extended procedure."""
    return procedure.track == Track.EXTENDED or not _over(procedure, "AA-DEC")


def _over(procedure: "Procedure", code: str) -> bool:
    """Whether the planned day at whose end this term closes is over; an extension takes its place."""
    if extension := procedure.latest_deadline("AA-EXT"):
        return extension.effective_due_on < procedure.event_on
    day = procedure.day_that_closes(code)
    return day is not None and day.on < procedure.event_on


@guard(_("The general procedure has been extended once already."))
def not_yet_extended(procedure: "Procedure") -> bool:
    return procedure.latest_deadline("AA-EXT") is None


@guard(_("No detailed interview has been held yet."))
def interview_held(procedure: "Procedure") -> bool:
    held = ("close_interview", "close_extended_interview")
    return procedure.transitions.filter(name__in=held).exists()


@guard(_("An intended decision must have been sent first."))
def intention_issued(procedure: "Procedure") -> bool:
    return procedure.intention_issued_on is not None


@guard(_("There is no request for withdrawal."))
def withdrawal_requested(procedure: "Procedure") -> bool:
    return procedure.withdrawal_requested_on is not None


@guard(_("A request for withdrawal is waiting already."))
def withdrawal_not_requested(procedure: "Procedure") -> bool:
    return procedure.withdrawal_requested_on is None


@guard(_("The time to go to court is still open."))
def appeal_window_over(procedure: "Procedure") -> bool:
    deadline = procedure.latest_deadline("APP-1W", "APP-4W")
    return deadline is None or deadline.effective_due_on < procedure.event_on


@guard(_("An appeal is with the court. Add the judgment to the file first."))
def no_open_appeal(procedure: "Procedure") -> bool:
    if not procedure.filings.filter(kind="appeal").exists():
        return True
    return procedure.case.documents.of_type("DOC-RULING").exists()


@guard(_("A lawyer is assigned already. Use the change of lawyer."))
def no_lawyer_yet(procedure: "Procedure") -> bool:
    return not lawyer_assigned(procedure)
