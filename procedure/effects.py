"""What a step brings with it beside the state: documents, days, meetings, mandates, access, who is told."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asylum_portal.accounts.models import Role, User
from asylum_portal.notices.actions import queue
from cases.actions import end_involvement, file_document, give_mandate, involve, people_of_applicant
from procedure import access, days, machines, more_time, package_moves, pauses
from procedure.given import Given
from procedure.guards import WAITING_TERMS
from procedure.models import (
    Appeal,
    Appointment,
    Deadline,
    Procedure,
    ReturnTrack,
    RulePackage,
    Transition,
)
from procedure.receipts import KIND_OF_STEP, receive
from procedure.states import AT_BORDER, AWAY_FROM_BORDER, GENERAL_STEPS, Schedule, State, Track
from procedure.step_documents import document_code

APPOINTMENT_OF_STEP = {
    "lodge_application": Appointment.Kind.APPLICATION_INTERVIEW,
    "begin_preparation": Appointment.Kind.MEDICAL,
    "complete_preparation": Appointment.Kind.DETAILED_INTERVIEW,
    "announce_other_day_one": Appointment.Kind.DETAILED_INTERVIEW,
    "choose_track": Appointment.Kind.DETAILED_INTERVIEW,
    "refer_to_accelerated": Appointment.Kind.DETAILED_INTERVIEW,
    "refer_to_dublin": Appointment.Kind.DUBLIN,
    "plan_one_day_test": Appointment.Kind.ONE_DAY_TEST,
    "plan_extended_interview": Appointment.Kind.EXTENDED_INTERVIEW,
    "accept_explanation": Appointment.Kind.DETAILED_INTERVIEW,
    "request_withdrawal": Appointment.Kind.WITHDRAWAL,
    "announce_permit": Appointment.Kind.COLLECT,
    "plan_withdrawal_hearing": Appointment.Kind.PERMIT_HEARING,
    "begin_departure_guidance": Appointment.Kind.DEPARTURE,
}
# Interviews that are still to come and that nobody need come to any more after the step.
_INTERVIEWS = (
    Appointment.Kind.APPLICATION_INTERVIEW,
    Appointment.Kind.MEDICAL,
    Appointment.Kind.DETAILED_INTERVIEW,
    Appointment.Kind.EXTENDED_INTERVIEW,
    Appointment.Kind.DUBLIN,
    Appointment.Kind.ONE_DAY_TEST,
    Appointment.Kind.WITHDRAWAL,
)
_ON_THE_DAYS = (Appointment.Kind.DETAILED_INTERVIEW, Appointment.Kind.ONE_DAY_TEST)
CANCELS: dict[str, tuple[Appointment.Kind, ...]] = {
    "announce_other_day_one": _ON_THE_DAYS,
    "refer_to_dublin": _ON_THE_DAYS,
    "refer_to_extended": _ON_THE_DAYS,
    "move_to_general": _ON_THE_DAYS,
    "take_responsibility": (Appointment.Kind.DUBLIN,),
    "retract_withdrawal": (Appointment.Kind.WITHDRAWAL,),
    "drop_permit_withdrawal": (Appointment.Kind.PERMIT_HEARING,),
    "confirm_departure": (Appointment.Kind.DEPARTURE,),
    "stop_return": (Appointment.Kind.DEPARTURE,),
}
# Which partner's part in the case begins or ends with a step.
BEGINS_PART: dict[str, tuple[Role, ...]] = {
    "lodge_application": (Role.LEGAL_AID,),
    "announce_repeat_application": (Role.LEGAL_AID,),
    "impose_border_measure": (Role.BORDER_POLICE,),
    "record_no_show": (Role.POLICE,),
    "grant": (Role.DESK,),
    "refuse": (Role.RETURN_OFFICER,),
    "discontinue": (Role.RETURN_OFFICER,),
    "refuse_incomplete": (Role.RETURN_OFFICER,),
    "confirm_withdrawal": (Role.RETURN_OFFICER,),
    "decide_not_to_consider": (Role.RETURN_OFFICER, Role.POLICE, Role.BORDER_POLICE),
    "start_departure_term": (Role.MIGRATION_ADVISER,),
    "withdraw_permit": (Role.RETURN_OFFICER,),
    "renounce_permit": (Role.RETURN_OFFICER,),
    "lodge_appeal": (Role.COURT,),
    "report_loss": (Role.POLICE,),
}
ENDS_PART: dict[str, tuple[Role, ...]] = {
    "finish_application_interview": (Role.POLICE,),
    "lift_border_measure": (Role.BORDER_POLICE,),
    "record_entry_by_law": (Role.BORDER_POLICE,),
    "grant": (Role.POLICE,),
    "accept_explanation": (Role.POLICE,),
    "drop_discontinuation": (Role.POLICE,),
    "replace_document": (Role.POLICE,),
    "make_final": (Role.COURT,),
    "confirm_departure": (Role.RETURN_OFFICER, Role.MIGRATION_ADVISER, Role.POLICE, Role.BORDER_POLICE),
    "record_unknown_destination": (Role.RETURN_OFFICER, Role.MIGRATION_ADVISER),
    "stop_return": (Role.RETURN_OFFICER, Role.MIGRATION_ADVISER, Role.POLICE, Role.BORDER_POLICE),
    "close": (Role.LEGAL_AID, Role.POLICE, Role.BORDER_POLICE),
}
# Partners whose part neither begins nor ends, and who must know all the same (model C2, "N:").
TOLD_BESIDES: dict[str, tuple[Role, ...]] = {
    "mark_absconded": (Role.RETURN_OFFICER, Role.POLICE),
    "record_provisional_ruling": (Role.RETURN_OFFICER,),
    "refuse_entry": (Role.BORDER_POLICE,),
    "make_final": (Role.RETURN_OFFICER,),
    "withdraw_permit": (Role.MUNICIPALITY,),
    "renounce_permit": (Role.MUNICIPALITY,),
}
# The counsellor prepares with the person what comes next.
_TOLD_TO_COUNSELLOR = ("begin_preparation", "complete_preparation", "announce_other_day_one", "grant")
_PLANS_DAYS = {"complete_preparation", "announce_other_day_one", "plan_one_day_test", "continue_in_six_days"}
_FORGETS_DAYS = {"take_responsibility", "record_lapsed_transfer", "move_to_general"}


def bring_about(procedure: Procedure, history: Transition, *, actor: User, given: Given) -> None:
    """Write the rows that this step asks for, in its transaction."""
    _file(procedure, history, actor=actor, given=given)
    _cancel_appointments(procedure, history, given=given)
    _appoint(procedure, history, given=given)
    name = history.name
    if name in _PLANS_DAYS or (name == "choose_nine_days" and procedure.day_one_on):
        days.plan(procedure)
    elif name in _FORGETS_DAYS:
        procedure.days.all().delete()
    if name in ("assign_lawyer", "change_lawyer") and given.lawyer is not None:
        give_mandate(
            procedure.case,
            lawyer=given.lawyer,
            starts_on=history.on,
            actor=actor,
            at=history.at,
            reason=history.reason,
        )
    _open_and_close_file(procedure, history, actor=actor)
    _change_circumstances(procedure, history, given=given)
    _move_terms(procedure, history, given=given)


def _file(procedure: Procedure, history: Transition, *, actor: User, given: Given) -> None:
    code = document_code(procedure, history.name)
    if given.document is None or code is None:
        return
    kind = KIND_OF_STEP.get(history.name)
    if kind is None:
        file_document(
            procedure.case, code=code, content=given.document, actor=actor, at=history.at, part_of_step=True
        )
        return
    filing = receive(
        procedure,
        kind,
        content=given.document,
        actor=actor,
        at=history.at,
        late_reason=str(given.facts.get("late_reason", "")),
        part_of_step=True,
    )
    subject = machines.subject_of(procedure, history.name)
    if isinstance(subject, Appeal) and history.name == "lodge_appeal" and filing.in_time is False:
        # Late is not refused, but a late appeal suspends nothing (Vw 82(3)).
        subject.lodged_late, subject.suspensive = True, False
        subject.save(update_fields=["lodged_late", "suspensive"])
    elif history.name == "request_family_reunification" and subject is not None:
        subject.in_time = filing.in_time
        subject.save(update_fields=["in_time"])


def _cancel_appointments(procedure: Procedure, history: Transition, *, given: Given) -> None:
    """Nobody is sent to an interview that another one, another day 1 or the decision has replaced."""
    kinds = set(CANCELS.get(history.name, ()))
    if not procedure.is_open:
        kinds |= set(_INTERVIEWS)
    if given.appointment is not None and history.name in APPOINTMENT_OF_STEP:
        kinds.add(APPOINTMENT_OF_STEP[history.name])
    coming = procedure.appointments.standing().filter(kind__in=kinds, starts_at__gt=history.at)
    coming.update(cancelled_at=history.at)


def _appoint(procedure: Procedure, history: Transition, *, given: Given) -> None:
    meeting = given.appointment
    if meeting is None or history.name not in APPOINTMENT_OF_STEP:
        return
    Appointment.objects.create(
        procedure=procedure,
        kind=APPOINTMENT_OF_STEP[history.name],
        starts_at=meeting.starts_at,
        place=meeting.place,
        interpreter_language=meeting.interpreter_language,
        interpreter_booked=bool(meeting.interpreter_language),
    )


def _open_and_close_file(procedure: Procedure, history: Transition, *, actor: User) -> None:
    for role in ENDS_PART.get(history.name, ()):
        end_involvement(procedure.case, role=role, on=history.on, actor=actor, at=history.at)
    begins = BEGINS_PART.get(history.name, ())
    if history.name == "intend_permit_withdrawal" and not procedure.case.current_mandate(on=history.on):
        # R10: a lawyer must be found before the six weeks are over.
        begins = (*begins, Role.LEGAL_AID)
    for role in begins:
        involve(procedure.case, role=role, starts_on=history.on, actor=actor, at=history.at)


def _change_circumstances(procedure: Procedure, history: Transition, *, given: Given) -> None:
    """What a small machine changes in the procedure itself."""
    match history.name:
        case "impose_border_measure":
            procedure.border = True
            procedure.schedule = AT_BORDER.get(Schedule(procedure.schedule), procedure.schedule)
        case "lift_border_measure" | "record_entry_by_law":
            procedure.border = False
            procedure.schedule = AWAY_FROM_BORDER.get(Schedule(procedure.schedule), procedure.schedule)
            days.leave_border(procedure)
        case "make_final" if given.arguments.get("no_right_of_residence"):
            procedure.code_98 = True
        case "hand_out_permit" | "hand_out_at_once" if given.facts.get("w_document_returned"):
            permit = machines.current(procedure, "permit")
            permit.w_document_returned = True
            permit.save(update_fields=["w_document_returned"])
            return
        case _:
            return
    procedure.save(update_fields=["border", "schedule", "code_98"])


def _move_terms(procedure: Procedure, history: Transition, *, given: Given) -> None:
    """Pauses, longer times, letters and other rules: the dates that this step itself moves."""
    arguments, reason = given.arguments, given.reason
    match history.name:
        case "pause":
            pauses.start(
                procedure,
                history,
                ground=arguments["ground"],
                starts_on=arguments["starts_on"],
                ends_on=arguments.get("ends_on"),
                reason=reason,
            )
        case "resume":
            pauses.finish(
                procedure,
                history,
                suspension=arguments["suspension"],
                resumes_on=arguments["resumes_on"],
                reason=reason,
            )
        case "refer_to_dublin":
            pauses.start_if_any(procedure, history, ground="dublin", reason=reason)
        case "take_responsibility" | "record_lapsed_transfer":
            # Vw 42(6): the time for the decision is the Netherlands' own from that day on.
            pauses.finish_ground(procedure, history, ground="dublin", resumes_on=procedure.responsible_on)
        case "record_no_show" if procedure.track == Track.GENERAL:
            pauses.start_if_any(procedure, history, ground="no_show", reason=reason)
        case "accept_explanation" | "drop_discontinuation":
            pauses.finish_ground(procedure, history, ground="no_show")
        case "lift_border_measure" | "record_entry_by_law" if _in_the_days(procedure):
            pauses.start_if_any(procedure, history, ground="border_left", reason=reason)
        case "record_provisional_ruling" if procedure.decided_in_track == Track.DUBLIN:
            if arguments["granted"]:
                pauses.start_if_any(procedure, history, ground="transfer_stayed", reason=reason)
        case "record_ruling":
            pauses.finish_ground(procedure, history, ground="transfer_stayed")
        case "suspend_departure_term":
            pauses.start_if_any(procedure, history, ground="appeal", reason=reason)
        case "resume_departure_term" | "stop_return":
            pauses.finish_ground(procedure, history, ground="appeal")
        case "extend_term" | "extend_response_term":
            more_time.extend_term(
                term_to_extend(procedure, arguments),
                history,
                until=arguments["until"],
                ground=arguments.get("ground", ""),
                reason=reason,
                proof=more_time.proof_of(procedure, arguments.get("proof")),
                obstacle_ended_on=arguments.get("obstacle_ended_on"),
            )
        case "set_letter_date" if given.letter is not None:
            more_time.set_letter_date(
                running_term(procedure, arguments["term"]),
                history,
                due_on=given.letter.due_on,
                reason=given.letter.reason,
            )
        case "move_to_package":
            package_moves.move(procedure, history, package=RulePackage.objects.get(pk=arguments["package"]))


def _in_the_days(procedure: Procedure) -> bool:
    return procedure.track == Track.GENERAL and procedure.state in GENERAL_STEPS


_GUIDED = (ReturnTrack.State.DTV_ACTIVE, ReturnTrack.State.IOM_VOLUNTARY)


def let_departure_wait(procedure: Procedure, history: Transition) -> None:
    """Vw 82, Vb 7.3: while the court is waited for nobody's time to leave runs, whoever guides the departure.

    Where the time to leave itself runs, a step of the return says so (V02, V03).
    """
    appeal, track = machines.current(procedure, "appeal"), machines.current(procedure, "return")
    if appeal is None or track is None or track.state not in _GUIDED:
        return
    if appeal.keeps_return_waiting:
        pauses.start_if_any(procedure, history, ground="appeal", reason=history.reason)
    elif not appeal.annulled:
        pauses.finish_ground(procedure, history, ground="appeal")


def term_to_extend(procedure: Procedure, arguments: Mapping[str, Any]) -> Deadline:
    """The term that gets more time: the one that was chosen, or that of the response (T30)."""
    if "term" in arguments:
        return running_term(procedure, arguments["term"])
    term = procedure.latest_deadline(*WAITING_TERMS[State.INTENDED_DECISION])
    if term is None:
        raise ValidationError({"until": _("This term no longer runs.")})
    term.procedure = procedure
    return term


def running_term(procedure: Procedure, pk: Any) -> Deadline:
    """The running term that somebody chose, bound to its procedure; 400 when it no longer runs."""
    try:
        term = procedure.deadlines.running().filter(pk=pk).first()
    except ValidationError:
        term = None
    if term is None:
        raise ValidationError({"term": _("This term no longer runs.")})
    term.procedure = procedure
    return term


# What follows


def followed_by(procedure: Procedure, history: Transition, *, given: Given) -> list[tuple[str, dict]]:
    """The steps that a step sets in motion by itself, in their order (model C2, last column)."""
    name = history.name
    return_track = machines.current(procedure, "return")
    appeal = machines.current(procedure, "appeal")
    waits = appeal is not None and appeal.keeps_return_waiting
    runs = return_track is not None and return_track.state == ReturnTrack.State.TERM_RUNNING
    suspended = return_track is not None and return_track.state == ReturnTrack.State.TERM_SUSPENDED
    match name:
        case "grant":
            return [("lift_border_measure", {})]
        case "refuse" | "discontinue" | "refuse_incomplete" | "confirm_withdrawal" | "withdraw_permit":
            return [("start_departure_term", {})]
        case "start_departure_term" if waits:
            return [("suspend_departure_term", {})]
        case "decide_not_to_consider":
            return [("plan_transfer", {})]
        case "refer_to_extended" if not given.facts.get("continue_at_border"):
            return [("lift_border_measure", {})]
        case "lodge_appeal" | "request_provisional_measure" if runs and waits:
            return [("suspend_departure_term", {})]
        case "record_provisional_ruling" if suspended and not waits:
            return [("resume_departure_term", {})]
        case "record_ruling":
            return [("open_higher_appeal", {})]
        case "reopen_after_annulment" | "record_lapsed_transfer":
            return [("lift_border_measure", {}), ("stop_return", {}), ("make_final", {})]
        case "restore_permit" | "reopen_family_request":
            return [("stop_return", {}), ("make_final", {})]
        case "confirm_transfer":
            return [("confirm_departure", {"country": given.arguments.get("country", "")})]
        case "confirm_departure":
            # Whoever has left is no longer held.
            return [("lift_border_measure", {}), ("close", {})]
        case _:
            return []


# Who is told


def tell(procedure: Procedure, history: Transition) -> None:
    """Tell the applicant's side of every step, and the others of what concerns their part."""
    on = timezone.localdate(history.at)
    for person in told(procedure, history.name, actor=history.actor, on=on):
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


def told(procedure: Procedure, name: str, *, actor: User, on: date) -> list[User]:
    """Who hears of a step that this person takes on this day."""
    people = people_of_applicant(procedure.case, on=on)
    if name == "change_lawyer":
        # The lawyer who goes has until the end of the day, and must know it.
        people += [mandate.holder for mandate in procedure.case.mandates.current(on=on)]
    if name in _TOLD_TO_COUNSELLOR:
        people += [consent.holder for consent in procedure.case.counsellorconsents.current(on=on)]
    if actor.role not in access.SERVICE_ROLES:
        people += procedure.case.current_workers(on=on)
    people += _partners(procedure, name, on=on)
    return [person for person in dict.fromkeys(people) if person.pk != actor.pk]


def _partners(procedure: Procedure, name: str, *, on: date) -> list[User]:
    """The people of the partners whose part begins or ends with this step, or who must know of it."""
    roles = {*BEGINS_PART.get(name, ()), *ENDS_PART.get(name, ()), *TOLD_BESIDES.get(name, ())}
    if name == "intend_permit_withdrawal":
        roles.add(Role.LEGAL_AID)
    found: list[User] = []
    for part in procedure.case.involvements.current(on=on).filter(role__in=roles):
        people = User.objects.filter(role=part.role, is_active=True)
        if part.organisation_id:
            people = people.filter(organisation=part.organisation_id)
        found += people.order_by("pk")
    return found
