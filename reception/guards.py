"""Conditions of the steps of reception: each looks at the stay on the day of the event, and says why not."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from procedure.guards import guard
from procedure.states import GRANTS, State

_LEFT = ("departed", "unknown_destination")
_PERMIT_LOST = ("permit_withdrawn", "expired", "renounced")


@guard(_("This application is closed."))
def case_goes_on(reception: Any) -> bool:
    return reception.procedure.state != State.CLOSED


@guard(_("The person is held at the border. A centre follows when the border measure is lifted."))
def not_at_border(reception: Any) -> bool:
    return not reception.procedure.border


@guard(_("A centre has been named already."))
def no_centre_named(reception: Any) -> bool:
    return reception.expected_at_id is None


@guard(_("No centre has been named yet."))
def centre_named(reception: Any) -> bool:
    return reception.expected_at_id is not None


@guard(_("No permit has been granted."))
def permit_granted(reception: Any) -> bool:
    """X04; a case may be closed while somebody still waits for a home."""
    procedure = reception.procedure
    if procedure.state not in (State.GRANTED, State.CLOSED) or procedure.outcome not in GRANTS:
        return False
    permit = procedure.permit_set.order_by("-id").first()
    return permit is None or permit.state not in _PERMIT_LOST


@guard(_("The court is awaited: nobody has to leave the centre."))
def nothing_suspends_the_end(reception: Any) -> bool:
    """Rva 5: an appeal that suspends, or a provisional measure that was asked for in time (model C5.5)."""
    procedure = reception.procedure
    if procedure.suspensions.standing().filter(ground="appeal").exists():
        return False
    appeal = procedure.appeal_set.order_by("-id").first()
    return appeal is None or not appeal.keeps_return_waiting


@guard(_("The last day of the stay is not over, or there is none: nobody has to leave the centre."))
def end_date_passed(reception: Any) -> bool:
    """REC-03 has passed; or the person has left, as somebody has recorded."""
    procedure = reception.procedure
    track = procedure.returntrack_set.order_by("-id").first()
    if track is not None and track.state in _LEFT:
        return True
    term = procedure.latest_deadline("REC-03")
    return term is not None and term.is_over(on=reception.event_on)


@guard(_("A child alone never leaves by a date alone: name the ground first."))
def child_has_a_ground(reception: Any) -> bool:
    """Rva 6."""
    return not reception.procedure.case.unaccompanied_minor or bool(reception.child_ground)
