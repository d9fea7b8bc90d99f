"""What a step brings with it beside the state: documents, days, appointments, mandates, and who is told."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from asylum_portal.accounts.models import Role, User
from asylum_portal.notices.actions import queue
from cases.actions import file_document, give_mandate, people_of_applicant
from cases.file_types import ProvenFile
from procedure import deadlines
from procedure.checks import DOCUMENT_OF_STEP
from procedure.models import Appointment, Procedure, Transition


@dataclass(frozen=True)
class Meeting:
    """Where and when somebody is asked to come."""

    starts_at: datetime
    place: str
    interpreter_language: str = ""


APPOINTMENT_OF_STEP = {
    "lodge_application": Appointment.Kind.APPLICATION_INTERVIEW,
    "begin_preparation": Appointment.Kind.MEDICAL,
    "complete_preparation": Appointment.Kind.DETAILED_INTERVIEW,
    "plan_extended_interview": Appointment.Kind.EXTENDED_INTERVIEW,
    "request_withdrawal": Appointment.Kind.WITHDRAWAL,
}


def bring_about(
    procedure: Procedure,
    history: Transition,
    *,
    actor: User,
    document: ProvenFile | None,
    appointment: Meeting | None,
    lawyer: User | None,
) -> None:
    """Write the rows that this step asks for, in its transaction."""
    if document is not None and history.name in DOCUMENT_OF_STEP:
        file_document(
            procedure.case,
            code=DOCUMENT_OF_STEP[history.name],
            content=document,
            actor=actor,
            at=history.at,
            part_of_step=True,
        )
    if appointment is not None and history.name in APPOINTMENT_OF_STEP:
        Appointment.objects.create(
            procedure=procedure,
            kind=APPOINTMENT_OF_STEP[history.name],
            starts_at=appointment.starts_at,
            place=appointment.place,
            interpreter_language=appointment.interpreter_language,
            interpreter_booked=bool(appointment.interpreter_language),
        )
    match history.name:
        case "complete_preparation":
            deadlines.plan_days(procedure)
        case "choose_nine_days" if procedure.day_one_on:
            deadlines.plan_days(procedure)
        case "assign_lawyer" | "change_lawyer" if lawyer is not None:
            give_mandate(
                procedure.case,
                lawyer=lawyer,
                starts_on=history.on,
                actor=actor,
                at=history.at,
                reason=history.reason,
            )


def tell(procedure: Procedure, history: Transition) -> None:
    """Tell the applicant's side of every step, and the workers of what the other side or the clock did."""
    on = timezone.localdate(history.at)
    for person in told(procedure, actor=history.actor, on=on):
        own_side = person.role in (Role.APPLICANT, Role.GUARDIAN, Role.LAWYER)
        queue(
            recipient=person,
            kind="step_taken" if own_side else "filing_arrived",
            key=f"step:{history.pk}:{person.pk}",
            context={"path": reverse("procedure:case", args=[procedure.case_id])},
            about=f"procedure:{procedure.pk}",
            due_at=history.at,
            now=history.at,
        )


def told(procedure: Procedure, *, actor: User, on: date) -> list[User]:
    """Who hears of a step that this person takes on this day."""
    people = people_of_applicant(procedure.case, on=on)
    if actor.role in (Role.APPLICANT, Role.GUARDIAN, Role.LAWYER, Role.SYSTEM):
        people += procedure.case.current_workers(on=on)
    return [person for person in people if person.pk != actor.pk]
