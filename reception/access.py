"""Who works at the desk of a centre, who settles a weekly report there, who takes steps of reception."""

from datetime import date

import rules
from django.utils.translation import gettext as _

from asylum_portal import clock
from asylum_portal.accounts.models import Role
from cases.access import relation_holds
from cases.models import Case
from procedure.models import Procedure
from procedure.steps import fits
from reception import machine
from reception.models import Centre, Reception, ReportingSlot, Stay, centres_of

_DESK = frozenset({Role.RECEPTION})
_HOUSING = _DESK | {Role.MUNICIPALITY}
# Who opens somebody's stay: the desk of her centre, and the municipality that looks for a home.
READERS = _HOUSING
_CLOCK = frozenset({Role.SYSTEM})
# Who may take which step (model C2.10, column Actor), in the order of a stay.
ACTORS: dict[str, frozenset[Role]] = {
    "refer_to_reception": _DESK,
    "arrive_at_centre": _DESK,
    "order_move": _DESK,
    "wait_for_home": _DESK,
    "offer_home": _HOUSING,
    "move_into_home": _HOUSING,
    "propose_end_of_reception": _DESK,
    "drop_end_of_reception": _DESK,
    "end_reception": _DESK,
    "hold_in_closed_centre": _CLOCK,
    "leave_closed_centre": _CLOCK,
    "end_with_departure": _CLOCK,
    "miss_report": _CLOCK,
    "miss_report_again": _CLOCK,
    "report_again": _CLOCK,
    "excuse_missed_report": _CLOCK,
}


@rules.predicate
def works_at_a_desk(user) -> bool:
    """Reception staff, wherever posted; which people they see follows from the posting."""
    return user.is_active and user.role == Role.RECEPTION


@rules.predicate
def works_where_it_is_due(user, slot) -> bool:
    """Posted today at the centre of this slot, or with a part in the case.

    False without a slot, since has_perm also asks without one.
    """
    return (
        slot is not None
        and ReportingSlot.objects.visible_to(user, on=clock.today()).filter(pk=slot.pk).exists()
    )


@rules.predicate
def is_police(user) -> bool:
    """The police; which people it sees follows from its part in their cases."""
    return user.is_active and user.role == Role.POLICE


rules.add_perm("reception.work_at_desk", works_at_a_desk)
# Model Q02, Q04: the police of a case too sees somebody or exempts her; Q03: excuses are the desk's.
rules.add_perm("reception.settle_reports", works_at_a_desk | is_police)
rules.add_perm("reception.settle_slot", (works_at_a_desk | is_police) & works_where_it_is_due)
rules.add_perm("reception.excuse_slot", works_at_a_desk & works_where_it_is_due)


def may_work_at_desk(user) -> bool:
    return user.has_perm("reception.work_at_desk")


def may_settle_reports(user) -> bool:
    return user.has_perm("reception.settle_reports")


def may_settle(user, slot: ReportingSlot) -> bool:
    """May this person mark this report as made, or exempt from it?"""
    return user.has_perm("reception.settle_slot", slot)


def may_excuse(user, slot: ReportingSlot) -> bool:
    """May this person say that there was a good reason not to come?"""
    return user.has_perm("reception.excuse_slot", slot)


def works_where_she_lives(user, case: Case, *, on: date) -> bool:
    """Works this person on this day at the centre where the applicant of the case lives?"""
    stays = Stay.objects.current(on=on).filter(applicant=case.applicant_id)
    return stays.filter(centre__in=centres_of(user, on=on)).exists()


def may_take(user, name: str, reception: Reception | None, *, on: date, centre: Centre | None = None) -> bool:
    """May this person take this step of somebody's reception on this day, whatever state it is in?

    Reception staff where somebody lives; where she is expected for the arrival; and for a referral at the
    centre that is named, or any before one is.
    """
    if reception is None or not user.is_active or user.role not in ACTORS[name]:
        return False
    if user.role == Role.SYSTEM:
        return True
    if user.role != Role.RECEPTION:
        return relation_holds(user, reception.procedure.case, on=on)
    mine = centres_of(user, on=on)
    if name == "refer_to_reception":
        return mine.filter(pk=centre.pk).exists() if centre is not None else mine.exists()
    if name == "arrive_at_centre":
        return mine.filter(pk=reception.expected_at_id or 0).exists()
    stay = reception.stay
    return stay is not None and mine.filter(pk=stay.centre_id).exists()


def steps_for(user, procedure: Procedure, on: date) -> list[tuple[str, str]]:
    """The steps of reception that this person may take now, with their titles, in the order of a stay."""
    here = steps_here(user, procedure, on=on)
    return [(name, machine.title_of(name)) for name, reasons in here.items() if not reasons]


def steps_here(user, procedure: Procedure, *, on: date) -> dict[str, list[str]]:
    """The steps of this person that fit where somebody stands, each with what still stands in its way."""
    found: dict[str, list[str]] = {}
    for name, roles in ACTORS.items():
        if user.role not in roles or user.role == Role.SYSTEM:
            continue
        subject = machine.subject_of(procedure, name)
        if subject is None or not fits(subject, name):
            continue
        if may_take(user, name, subject, on=on):
            found[name] = machine.unmet(subject, name, on=on)
    return found


def reasons_open_to(user, name: str, reasons: list[str]) -> list[str]:
    """Why a step cannot be taken; to whoever never takes it, that it does not fit and no more."""
    return reasons if user.role in ACTORS[name] else [_("This step does not fit where the case stands now.")]


def _permission(name: str) -> rules.Predicate:
    @rules.predicate(f"may_{name}")
    def may(user, reception) -> bool:
        return may_take(user, name, reception, on=clock.today())

    return may


# The machine asks for them under this name, as every machine beside a procedure does.
for _name in ACTORS:
    rules.add_perm(f"procedure.{_name}", _permission(_name))
