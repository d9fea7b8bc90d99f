"""What a step of reception brings with it: stay and reports, the home, access, who is told."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from asylum_portal.accounts.models import Role, User
from asylum_portal.notices.actions import queue
from cases.actions import end_involvement, involve, people_of_applicant
from procedure.models import Appointment, Transition
from reception import actions
from reception.given import Wanted
from reception.models import Centre, Reception
from reception.reminders import staff_of

_OWN_SIDE = (Role.APPLICANT, Role.GUARDIAN, Role.LAWYER)
_LEAVES = ("move_into_home", "end_reception", "hold_in_closed_centre", "end_with_departure")


def bring_about(reception: Reception, history: Transition, *, centre: Centre | None, wanted: Wanted) -> None:
    """Write the rows that a step asks for, in its transaction; `centre` is where somebody was expected."""
    applicant, case = reception.applicant, reception.procedure.case
    by: dict[str, Any] = {"actor": history.actor, "on": history.on, "at": history.at}
    match history.name:
        case "arrive_at_centre":
            assert centre is not None and wanted.weekday is not None
            actions.arrive(applicant, centre, wanted.weekday, **by)
        case "wait_for_home":
            actions.report_every_two_weeks(applicant, **by)
            involve(
                case,
                role=Role.MUNICIPALITY,
                starts_on=history.on,
                actor=history.actor,
                at=history.at,
                organisation=wanted.municipality,
            )
        case "offer_home" if wanted.viewing_at is not None:
            Appointment.objects.create(
                procedure=reception.procedure,
                kind=Appointment.Kind.HOME,
                starts_at=wanted.viewing_at,
                place=wanted.address,
            )
    if history.name in _LEAVES:
        stay = reception.stay
        if stay is not None:
            # A departure that was written down for a day before she came ends the stay on its first day.
            actions.leave(applicant, **by | {"on": max(history.on, stay.arrived_on)})
    if history.name in ("move_into_home", "end_with_departure"):
        end_involvement(case, role=Role.MUNICIPALITY, **by)


def tell(reception: Reception, history: Transition, *, centres: list[Centre]) -> None:
    """Tell the applicant's side, the desks that it concerns and the municipality that looks for a home."""
    on = timezone.localdate(history.at)
    for person in told(reception, actor=history.actor, centres=centres, on=on):
        own_side = person.role in _OWN_SIDE
        queue(
            recipient=person,
            kind="step_taken" if own_side else "filing_arrived",
            key=f"step:{history.pk}:{person.pk}",
            context={"path": _page(reception, person)},
            about=f"procedure:{reception.procedure_id}",
            due_at=history.at,
            now=history.at,
        )


def told(reception: Reception, *, actor: User, centres: list[Centre], on: date) -> list[User]:
    """Who hears of a step: she and her side, the centres that she leaves and comes to, the municipality."""
    # What follows from a step of the procedure she hears of with that step.
    follows = actor.role == Role.SYSTEM
    people = [] if follows else people_of_applicant(reception.procedure.case, on=on)
    for centre in centres:
        people += staff_of(centre, on=on)
    people += municipality_of(reception, on=on)
    return [person for person in dict.fromkeys(people) if person.pk != actor.pk]


def municipality_of(reception: Reception, *, on: date) -> list[User]:
    """The people of the municipality whose part in this case runs, its last day included."""
    part = reception.procedure.case.involvements.current(on=on).filter(role=Role.MUNICIPALITY).first()
    if part is None or part.organisation_id is None:
        return []
    return list(part.people())


def give_work(reception: Reception, *, key: str, about: str, on: date, now) -> int:
    """Put something on the list of the desk where somebody lives or is expected; returns how many hear it."""
    count = 0
    for centre in centres_of_person(reception):
        for person in staff_of(centre, on=on):
            notice = queue(
                recipient=person,
                kind="work_assigned",
                key=f"{key}:{person.pk}",
                context={"path": _page(reception, person)},
                about=about,
                due_at=now,
                now=now,
            )
            count += notice is not None
    return count


def centres_of_person(reception: Reception) -> list[Centre]:
    """Where she lives and where she is expected."""
    stay = reception.stay
    found = [stay.centre if stay else None, reception.expected_at]
    return [centre for centre in dict.fromkeys(found) if centre is not None]


def _page(reception: Reception, person: User) -> str:
    if person.role == Role.APPLICANT:
        return reverse("home")
    if person.role in (Role.RECEPTION, Role.MUNICIPALITY):
        return reverse("reception:person", args=[reception.procedure_id])
    return reverse("procedure:case", args=[reception.procedure.case_id])
