"""Conditions on the roads of an application. Numbers T.. are those of the model, C2."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from asylum_portal.accounts.models import OWN_SIDE
from procedure.states import Hold, Schedule, State, Track

from .basis import guard

# The terms for which a state waits: what somebody owes before the procedure goes on.
WAITING_TERMS = {
    State.CORRECTIONS: ("AA-COR", "VA-COR", "REPORT-EU"),
    State.INTENDED_DECISION: (
        "AA-VIEW",
        "VA-VIEW",
        "VW-DET",
        "BOR-03",
        "DUB-03",
        "ACC-02",
        "HAS-03",
        "EU-VIEW",
    ),
}


@guard(_("A lawyer must be assigned first."))
def lawyer_assigned(procedure: Any) -> bool:
    return procedure.case.current_mandate(on=procedure.event_on) is not None


@guard(_("An unaccompanied child needs a guardian first."))
def guardian_for_child(procedure: Any) -> bool:
    case = procedure.case
    return not case.unaccompanied_minor or case.current_guardian(on=procedure.event_on) is not None


@guard(_("The general procedure has started; the number of days can no longer be chosen."))
def before_first_day(procedure: Any) -> bool:
    return procedure.day_one_on is None or procedure.event_on < procedure.day_one_on


@guard(_("Nine days have been chosen already."))
def six_days_chosen(procedure: Any) -> bool:
    return procedure.schedule in (Schedule.SIX_DAYS, Schedule.BORDER_SIX)


@guard(_("The general procedure starts on the day that was announced, and not on another."))
def is_announced_day_one(procedure: Any) -> bool:
    first = next((day for day in procedure.days.all() if day.number == 1), None)
    return procedure.event_on == procedure.day_one_on and not (first and first.stands_still)


@guard(_("No corrections have come in yet and the time for them is not over."))
def corrections_in_or_over(procedure: Any) -> bool:
    return _in_or_over(procedure, ("corrections", "confirmation"), WAITING_TERMS[State.CORRECTIONS])


@guard(_("No response has come in yet and the time for it is not over."))
def response_in_or_over(procedure: Any) -> bool:
    if _decides_without_intention(procedure):
        return True
    return _in_or_over(procedure, ("response",), WAITING_TERMS[State.INTENDED_DECISION])


def _in_or_over(procedure: Any, kinds: tuple[str, ...], codes: tuple[str, ...]) -> bool:
    deadline = procedure.latest_deadline(*codes)
    if deadline is None:
        return False
    return deadline.filings.filter(kind__in=kinds).exists() or deadline.is_over(on=procedure.event_on)


@guard(_("The day for the first outcome has not come yet."))
def outcome_day_reached(procedure: Any) -> bool:
    """T15: day 3 of six, day 5 of nine."""
    if procedure.track != Track.GENERAL:
        return True
    day = procedure.day_that_closes("AA-OUT")
    return day is None or procedure.event_on >= day.on


@guard(
    _(
        "The day for the intended decision is over and no extension was recorded. "
        "Refer the case to the extended procedure, or record the extension."
    )
)
def outcome_day_not_over(procedure: Any) -> bool:
    """T15 and model C5.2: after day 3 (or 5) only with an extension."""
    return procedure.track != Track.GENERAL or not _over(procedure, "AA-OUT")


@guard(
    _(
        "The days of the general procedure are over, so it can no longer be extended. "
        "Refer the case to the extended procedure."
    )
)
def not_overrun(procedure: Any) -> bool:
    """T17 and model C5.2: an extension is given in time; one given earlier is recorded with its own day."""
    decides = procedure.state in (State.INTENDED_DECISION, State.DECISION)
    return not _over(procedure, "AA-DEC" if decides else "AA-OUT")


@guard(
    _(
        "The last day of the procedure is over; it can no longer end in a refusal. "
        "Refer the case to the extended procedure."
    )
)
def last_day_not_over(procedure: Any) -> bool:
    """T19, T54 and invariant C12.4: the service is late, so the case goes on in the extended procedure."""
    match procedure.track:
        case Track.GENERAL:
            return not _over(procedure, "AA-DEC")
        case Track.REPEAT:
            return not _over(procedure, "HAS-04")
        case _:
            return True


@guard(
    _(
        "The intended decision of the one-day test is sent on day 1. "
        "Continue in six days, or refer the case to the extended procedure."
    )
)
def test_day_not_over(procedure: Any) -> bool:
    """T50: on day 1 of the test and not later."""
    return procedure.track != Track.REPEAT or procedure.event_on == procedure.day_one_on


@guard(_("The report of the interview must be on file, and a lawyer assigned, before this."))
def report_of_single_interview(procedure: Any) -> bool:
    """T39: in the accelerated procedure the report (DOC-REP-ACC) and a lawyer come first."""
    if procedure.track != Track.ACCELERATED:
        return True
    return lawyer_assigned(procedure) and procedure.case.documents.of_type("DOC-REP-ACC").exists()


def _over(procedure: Any, code: str) -> bool:
    """Whether the planned day at whose end this term closes is over; an extension takes its place."""
    if extension := procedure.extension_of_days():
        return extension.is_over(on=procedure.event_on)
    day = procedure.day_that_closes(code)
    return day is not None and not day.stands_still and day.on < procedure.event_on


@guard(_("The general procedure has been extended once already."))
def not_yet_extended(procedure: Any) -> bool:
    return procedure.extension_of_days() is None


@guard(_("No detailed interview has been held yet."))
def interview_held(procedure: Any) -> bool:
    held = ("close_interview", "close_extended_interview", "hold_one_day_test")
    return procedure.transitions.filter(name__in=held).exists()


@guard(_("An intended decision must have been sent first."))
def intention_issued(procedure: Any) -> bool:
    return procedure.intention_issued_on is not None or _decides_without_intention(procedure)


def _decides_without_intention(procedure: Any) -> bool:
    """Only under a package that has this step does a decision come without an intended one (C10)."""
    if procedure.state != State.DECISION or procedure.intention_issued_on is not None:
        return False
    return procedure.transitions.filter(name="decide_without_intention").exists()


@guard(_("There is no request for withdrawal."))
def withdrawal_requested(procedure: Any) -> bool:
    return procedure.withdrawal_requested_on is not None


@guard(_("A request for withdrawal is waiting already."))
def withdrawal_not_requested(procedure: Any) -> bool:
    return procedure.withdrawal_requested_on is None


@guard(_("This person needs special care. Choose the general procedure in nine days."))
def no_special_need(procedure: Any) -> bool:
    """T08: a special need asks for the general procedure."""
    return not procedure.case.special_needs


# Dublin


@guard(_("The claim must be recorded first: which country, when, and what is asked."))
def claim_sent(procedure: Any) -> bool:
    return _taken_since(procedure, "send_claim", "close_dublin_interview")


@guard(_("The claim was recorded already."))
def claim_not_sent(procedure: Any) -> bool:
    return not claim_sent(procedure)


def _taken_since(procedure: Any, name: str, since: str) -> bool:
    """Was this step taken after the last one of that name?"""
    last = procedure.transitions.filter(name=since).order_by("-id").values_list("pk", flat=True).first()
    return procedure.transitions.filter(name=name, pk__gt=last or 0).exists()


@guard(_("The term for the transfer is still running."))
def transfer_term_over(procedure: Any) -> bool:
    """T37: without an extension for absconding six months, with it eighteen."""
    return not transfer_term_not_over(procedure)


@guard(_("The term for the transfer is over."))
def transfer_term_not_over(procedure: Any) -> bool:
    term = procedure.latest_deadline("DUB-05", "DUB-04")
    return term is None or not term.is_over(on=procedure.event_on)


@guard(_("That the person has absconded was recorded already."))
def not_yet_absconded(procedure: Any) -> bool:
    return procedure.absconded_on is None


@guard(_("In detention the time for the response in a Dublin case cannot be longer."))
def not_detained_for_transfer(procedure: Any) -> bool:
    """T30."""
    return not (procedure.track == Track.DUBLIN and procedure.detained)


@guard(_("The rules give no more time for this response."))
def response_term_can_be_extended(procedure: Any) -> bool:
    """T30; none in detention, nor after the border procedure (VW-DET, BOR-03)."""
    term = procedure.latest_deadline(*WAITING_TERMS[State.INTENDED_DECISION])
    return term is not None and bool(term.law.extensions_of(term.rule_code))


# Repeat applications


@guard(_("Nothing has been filed since it was said what is missing. File it first."))
def something_supplied(procedure: Any) -> bool:
    """T46."""
    asked = procedure.transitions.filter(name="find_incomplete").order_by("-id").first()
    own_side = procedure.case.documents.filter(uploaded_by__role__in=OWN_SIDE)
    return asked is not None and own_side.filter(received_at__gte=asked.at).exists()


@guard(_("Another application of this person is being treated already."))
def no_other_application(procedure: Any) -> bool:
    return not procedure.case.procedures.open().exclude(pk=procedure.pk).exists()


@guard(_("The time to bring what is missing is still running."))
def time_to_complete_over(procedure: Any) -> bool:
    """T47."""
    term = procedure.latest_deadline("HAS-01")
    return term is not None and term.is_over(on=procedure.event_on)


# Not coming, stopping


@guard(_("It is recorded already that this procedure waits."))
def not_on_hold(procedure: Any) -> bool:
    return procedure.hold == Hold.NONE


@guard(_("Nothing is recorded for which the application could be stopped."))
def on_hold(procedure: Any) -> bool:
    return procedure.hold != Hold.NONE


@guard(_("Nobody waits for an explanation of the person."))
def waits_for_explanation(procedure: Any) -> bool:
    return procedure.hold == Hold.NO_SHOW


@guard(_("The time to explain and the time to respond must be over first."))
def time_to_explain_over(procedure: Any) -> bool:
    """T62: DIS-01 and NOS-01 have passed."""
    terms = [procedure.latest_deadline(code) for code in ("DIS-01", "NOS-01")]
    return all(term is None or term.is_over(on=procedure.event_on) for term in terms)


# Time that stands still, or is given


@guard(_("No time stands still in this case."))
def time_stands_still(procedure: Any) -> bool:
    return procedure.suspensions.filter(ends_on__isnull=True).exists()


@guard(_("The time for the decision is not over."))
def decision_late(procedure: Any) -> bool:
    """DEF-01: possible from the day after the decision period."""
    term = procedure.latest_deadline("DEC-06M", "DEC-EXT", "DEC-NEW")
    return term is not None and term.is_over(on=procedure.event_on)


@guard(_("No period for the decision is running that could be extended."))
def decision_period_runs(procedure: Any) -> bool:
    """T29; what a court has ordered (DEC-NEW) only the court makes longer."""
    return procedure.deadlines.running().filter(rule_code__in=("DEC-06M", "DEC-EXT")).exists()


@guard(_("No time runs in this case."))
def a_term_runs(procedure: Any) -> bool:
    return procedure.deadlines.running().exists()


@guard(_("No running time of this case can be made longer."))
def a_term_can_be_extended(procedure: Any) -> bool:
    codes = {code for extension in procedure.package.law.extensions.values() for code in extension.rules}
    return procedure.deadlines.running().filter(rule_code__in=codes).exists()


@guard(_("There is no other published rule package."))
def another_package(procedure: Any) -> bool:
    packages = type(procedure.package).objects.filter(status="published")
    return packages.exclude(pk=procedure.package_id).exists()


@guard(_("A lawyer is assigned already. Use the change of lawyer."))
def no_lawyer_yet(procedure: Any) -> bool:
    return not lawyer_assigned(procedure)
