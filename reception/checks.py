"""What a step of reception needs from the person who takes it; wrong input names its field (400)."""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from asylum_portal import dates
from asylum_portal.accounts.models import Organisation
from reception.given import Wanted
from reception.machine import last_step_on
from reception.models import Reception, Weekday

# Steps from which hours count, or that end such a term.
WITH_MOMENT = ("refer_to_reception", "arrive_at_centre", "order_move")
# What must have happened before a step, ticked by who takes it.
TICKS: dict[str, dict[str, Any]] = {
    "offer_home": {
        "suitable": gettext_lazy("The reception service (COA) finds that this home suits the person")
    },
    "move_into_home": {"keys_given": gettext_lazy("The person has the keys")},
    "end_reception": {
        "room_checked": gettext_lazy("The room was given back and looked at"),
        "valuables_returned": gettext_lazy("Valuables and papers were given back"),
    },
}
REASON_REQUIRED = ("drop_end_of_reception",)
ChildGround = Reception.ChildGround


def check(reception: Reception, name: str, *, on: date, at: datetime, wanted: Wanted) -> None:
    """Raise ValidationError with every wrong field."""
    errors = _of_the_day(reception, name, on=on, at=at, wanted=wanted)
    for tick in TICKS.get(name, {}):
        if not wanted.facts.get(tick):
            errors[tick] = _("Confirm this before you go on.")
    if name in REASON_REQUIRED and not wanted.reason:
        errors["reason"] = _("Give a reason.")
    match name:
        case "refer_to_reception" | "order_move":
            errors |= _of_the_centre(reception, name, wanted=wanted)
        case "arrive_at_centre":
            errors |= _of_the_arrival(reception, at=at, wanted=wanted)
        case "wait_for_home":
            kind = wanted.municipality.kind if wanted.municipality else ""
            if kind != Organisation.Kind.MUNICIPALITY:
                errors["municipality"] = _("Choose the municipality that looks for a home.")
        case "offer_home":
            if not wanted.address.strip():
                errors["address"] = _("Give the address of the home.")
            if wanted.viewing_at is not None and timezone.localdate(wanted.viewing_at) < on:
                errors["viewing_at"] = _("The appointment lies before the day of this step.")
        case "propose_end_of_reception":
            errors |= _of_a_child(reception, on=on, wanted=wanted)
    if errors:
        raise ValidationError(errors)


def is_late(reception: Reception, *, moment: datetime) -> bool:
    """Does somebody arrive after the hours that she had?"""
    term = reception.procedure.latest_deadline("REC-01", "REC-02")
    return term is not None and term.settled_at is None and moment > term.due_at


def _of_the_day(reception: Reception, name: str, *, on: date, at: datetime, wanted: Wanted) -> dict[str, str]:
    field, moment = "on", wanted.moment
    if name in WITH_MOMENT:
        field = "moment"
        if moment is None or timezone.localdate(moment) != on:
            return {field: _("Give the day and the time.")}
    if on > timezone.localdate(at):
        return {field: _("This day has not come yet.")}
    if name in WITH_MOMENT and moment is not None and moment > at:
        return {field: _("This moment has not come yet.")}
    last = last_step_on(reception)
    if last is not None and on < last:
        return {
            field: _("The day lies before the last step, which was on %(day)s.")
            % {"day": dates.long_date(last)}
        }
    return {}


def _of_the_centre(reception: Reception, name: str, *, wanted: Wanted) -> dict[str, str]:
    if wanted.centre is None:
        return {"centre": _("Choose a centre.")}
    stay = reception.stay
    if name == "order_move" and stay is not None and stay.centre_id == wanted.centre.pk:
        return {"centre": _("The person lives there already.")}
    return {}


def _of_the_arrival(reception: Reception, *, at: datetime, wanted: Wanted) -> dict[str, str]:
    errors = {}
    if wanted.weekday not in Weekday.values:
        errors["weekday"] = _("Choose a day from Monday to Friday.")
    if is_late(reception, moment=wanted.moment or at) and not wanted.reason:
        # Rva 4(3), 7(1)(i): the right to a place may have ended; a person decides, and says why.
        errors["reason"] = _("The hours to arrive were over. Write why the person gets the place.")
    return errors


def _of_a_child(reception: Reception, *, on: date, wanted: Wanted) -> dict[str, str]:
    """Rva 6: for a child alone the date is never enough."""
    case = reception.procedure.case
    if not case.unaccompanied_minor:
        return {}
    if wanted.child_ground not in ChildGround.values:
        return {"child_ground": _("A child alone never leaves by a date alone. Choose the ground.")}
    if wanted.child_ground == ChildGround.EIGHTEEN:
        applicant = case.applicant
        # From the day after the birthday on; a birth date that is not known makes nobody eighteen.
        if applicant.birth_year is None or applicant.is_minor(on=on - timedelta(days=1)):
            return {
                "child_ground": _("The child has not turned eighteen, or the date of birth is not known.")
            }
    return {}
