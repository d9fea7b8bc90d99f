"""Taking a step of reception: asked, taken, foreseen; and what follows from steps of the procedure."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from asylum_portal.accounts.models import User
from asylum_portal.notices.models import Notice
from cases.models import Applicant
from procedure import partners
from procedure.consequences import Picture, between
from procedure.guards import StateForbids
from procedure.models import Deadline, Procedure, Transition
from procedure.panels import current_procedure
from procedure.previews import Foreseen
from reception import access, checks, effects, machine
from reception.given import Wanted
from reception.models import Reception

State = Reception.State


def unmet_reasons(procedure: Procedure, name: str, *, on: date) -> list[str]:
    """Why this step cannot be taken on this day; empty when it can."""
    subject = machine.subject_of(procedure, name)
    if subject is None:
        return [_("Nobody has referred this person to a centre yet.")]
    return machine.unmet(subject, name, on=on)


def waiting_for_a_place(applicant: Applicant | None, *, on: date) -> Procedure | None:
    """The procedure in which somebody can be referred to a centre on this day; None for everybody else."""
    procedure = current_procedure(applicant.case) if applicant is not None else None
    if procedure is None or unmet_reasons(procedure, "refer_to_reception", on=on):
        return None
    return procedure


def take_step(
    procedure: Procedure, name: str, *, actor: User, on: date, at: datetime, **wanted: Any
) -> Transition:
    """Take one step of somebody's reception, or raise and leave everything as it was.

    `on` is the day of the event, `at` the moment at which it is recorded; `wanted` as in Wanted. Raises
    StateForbids (409), PermissionDenied (403), ValidationError with the field named (400).
    """
    asked = Wanted(**wanted)
    with transaction.atomic():
        locked = _locked(procedure)
        if name not in access.ACTORS:
            raise StateForbids([_("There is no such step.")])
        if reasons := unmet_reasons(locked, name, on=on):
            raise StateForbids(reasons)
        subject = machine.subject_of(locked, name)
        assert subject is not None
        if not access.may_take(actor, name, subject, on=timezone.localdate(at), centre=asked.centre):
            raise PermissionDenied
        checks.check(subject, name, on=on, at=at, wanted=asked)
        return _carry_out(subject, name, actor=actor, on=on, at=at, wanted=asked)


def _locked(procedure: Procedure) -> Procedure:
    """The procedure and the person, locked in the order of everybody who changes them."""
    locked = Procedure.objects.select_for_update(no_key=True).get(pk=procedure.pk)
    Applicant.objects.select_for_update(no_key=True).get(pk=locked.case.applicant_id)
    return locked


def _carry_out(
    subject: Reception, name: str, *, actor: User, on: date, at: datetime, wanted: Wanted
) -> Transition:
    """Change the state of a locked reception and write everything that follows; asks nobody's right."""
    centre = subject.expected_at
    before = effects.centres_of_person(subject)
    history = machine.advance(
        subject,
        name,
        actor=actor,
        on=on,
        at=at,
        moment=wanted.moment,
        given=wanted.as_given(),
        **_arguments(name, wanted),
    )
    effects.bring_about(subject, history, centre=centre, wanted=wanted)
    after = effects.centres_of_person(subject)
    effects.tell(subject, history, centres=list(dict.fromkeys([*before, *after])))
    return history


def _arguments(name: str, wanted: Wanted) -> dict[str, Any]:
    match name:
        case "refer_to_reception" | "order_move":
            return {"centre": wanted.centre}
        case "wait_for_home":
            return {"municipality": wanted.municipality}
        case "offer_home":
            return {"address": wanted.address.strip()}
        case "propose_end_of_reception":
            return {"child_ground": wanted.child_ground}
        case _:
            return {}


# Before it is taken


class _RollBack(Exception):
    """Ends every rehearsal."""


def foresee(
    procedure: Procedure, name: str, *, actor: User, on: date, at: datetime, wanted: Wanted
) -> Foreseen:
    """What this step would do: the very step, taken in a transaction and rolled back."""
    found = []
    try:
        with transaction.atomic():
            locked = _locked(procedure)
            subject = machine.subject_of(locked, name)
            assert subject is not None
            checks.check(subject, name, on=on, at=at, wanted=wanted)
            before = Picture.of(locked)
            _carry_out(subject, name, actor=actor, on=on, at=at, wanted=wanted)
            found.append(between(before, Picture.of(locked), locked))
            raise _RollBack
    except _RollBack:
        return _open_to(actor, procedure, Foreseen(found[0]))
    except StateForbids as forbidden:
        return Foreseen(forbidden=tuple(forbidden.reasons))
    except ValidationError as refused:
        said = refused.message_dict
        lacking = tuple(field for field in said if not _is_given(wanted, field))
        return Foreseen(lacking=lacking, wrong={field: said[field] for field in said if field not in lacking})


def _is_given(wanted: Wanted, field: str) -> bool:
    """Has this field been filled in? A day always is: it is today when nobody says otherwise."""
    return field == "on" or bool(wanted.facts.get(field)) or getattr(wanted, field, None) not in (None, "")


def _open_to(reader: User, procedure: Procedure, foreseen: Foreseen) -> Foreseen:
    """What the reader may know beforehand; a municipality its own part, and where the stay leads."""
    went = tuple(went for went in foreseen.consequences.went if went.machine == Reception.machine)
    shown = partners.foreseen_by(reader, procedure, foreseen)
    return replace(shown, consequences=replace(shown.consequences, went=went))


# What follows from steps of the procedure

_TO_THE_BORDER = "impose_border_measure"
_FROM_THE_BORDER = ("lift_border_measure", "record_entry_by_law")
_GONE = ("confirm_departure", "confirm_transfer")


def follow_transition(procedure: Procedure, transition: Transition) -> None:
    """After a step of a procedure, in its transaction: the border, a departure, work for the desk."""
    match transition.name:
        case name if name == _TO_THE_BORDER:
            _follow(procedure, "hold_in_closed_centre", transition)
        case name if name in _FROM_THE_BORDER:
            _follow(procedure, "leave_closed_centre", transition)
        case name if name in _GONE:
            _follow(procedure, "end_with_departure", transition)
        case name if name in machine.TOLD_TO_THE_DESK:
            reception = machine.current(procedure)
            if reception is not None and not reception.is_over:
                effects.give_work(
                    reception,
                    key=f"desk:{transition.pk}",
                    about=f"procedure:{procedure.pk}",
                    on=timezone.localdate(transition.at),
                    now=transition.at,
                )


def _follow(procedure: Procedure, name: str, cause: Transition) -> None:
    subject = machine.subject_of(procedure, name)
    if subject is None or machine.unmet(subject, name, on=cause.on):
        return
    system = User.objects.system()
    _carry_out(subject, name, actor=system, on=cause.on, at=cause.at, wanted=Wanted(reason=cause.reason))


# What the clock does


def propose(*, now: datetime, limit: int = 500) -> int:
    """Put every term of reception that is over on the list of its desk, once; returns how many notices.

    The portal proposes and a person decides: no state changes here.
    """
    over = (
        Deadline.objects.running()
        .filter(rule_code__in=machine.TERMS_OF_THE_STAY, due_at__lt=now)
        .exclude(state=Deadline.State.SUSPENDED)
        .select_related("procedure__case__applicant")
        # The newest first: older ones have been told of.
        .order_by("-due_at")[:limit]
    )
    terms = {f"desk:{term.pk}:{term.effective_due_on}": term for term in over}
    said = set(Notice.objects.filter(about__in=terms).values_list("about", flat=True))
    queued = 0
    for about, term in terms.items():
        reception = machine.current(term.procedure) if about not in said else None
        if reception is not None and reception.state not in (State.ENDED, State.HOUSED):
            on = timezone.localdate(now)
            queued += effects.give_work(reception, key=about, about=about, on=on, now=now)
    return queued
