"""Conditions of the small machines beside the procedure: border, appeal, permit, family, return."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procedure.states import ONE_WEEK_OUTCOMES, Outcome, State

from .basis import guard

_APPEAL_TERMS = ("APP-1W", "APP-4W", "APP-EU")
_HIGHER_APPEAL_TERMS = ("HAP-01", "HAP-EU")
_BORDER_TERMS = ("BOR-01", "BOR-12W")
# What the service still has to do about a permit before a case can be closed.
_PERMIT_AT_REST = ("active", "permanent", "permit_withdrawn", "expired", "renounced")
_RETURN_AT_REST = ("departed", "unknown_destination", "stopped")


def _over(procedure: Any, codes: tuple[str, ...], on: Any) -> bool:
    """Is the newest of these terms over, or was there none?"""
    term = procedure.latest_deadline(*codes)
    return term is None or term.is_over(on=on)


# Border


@guard(_("The application has been decided."))
def procedure_undecided(measure: Any) -> bool:
    return measure.procedure.is_open


@guard(_("A child alone is never treated at the border."))
def no_child_alone(measure: Any) -> bool:
    """Vb 3.109b(7), invariant C12.7."""
    return not measure.procedure.case.unaccompanied_minor


@guard(_("The four weeks at the border are not over."))
def four_weeks_over(measure: Any) -> bool:
    term = measure.procedure.latest_deadline(*_BORDER_TERMS)
    if term is None:
        return False
    # They run to the minute: on the last day itself the clock has marked them as over when they are.
    return term.state == "lapsed" or term.effective_due_on < measure.event_on


@guard(_("The application was refused in time; entry can be refused."))
def no_decision_that_refuses_entry(measure: Any) -> bool:
    """B03: no decision of art. 30, 30a or 30b before the last minute."""
    return measure.procedure.outcome not in ONE_WEEK_OUTCOMES or not _decided_in_time(measure.procedure)


@guard(_("The application must have been refused within the four weeks at the border."))
def refused_within_four_weeks(measure: Any) -> bool:
    """B04."""
    return measure.procedure.state == State.REFUSED and _decided_in_time(measure.procedure)


def _decided_in_time(procedure: Any) -> bool:
    """Was the decision made known before the last minute for which somebody may be held?"""
    term = procedure.latest_deadline(*_BORDER_TERMS)
    decision = (
        procedure.transitions.filter(machine="procedure", to_state=State.REFUSED).order_by("-id").first()
    )
    if term is None or decision is None or procedure.decided_on is None:
        return procedure.decided_on is not None
    if timezone.localdate(decision.at) == decision.on:
        return decision.at <= term.due_at
    # Written down on a later day, its hour is not known: on the last day nobody is held for it.
    return decision.on < timezone.localdate(term.due_at)


@guard(_("Entry is still postponed at the border. End that first."))
def nobody_held_at_border(procedure: Any) -> bool:
    """T64."""
    return not procedure.bordermeasure_set.filter(state="imposed").exists()


# Court


@guard(_("The provisional measure was asked for already."))
def no_provisional_request(appeal: Any) -> bool:
    return appeal.provisional_requested_on is None


@guard(_("No request for a provisional measure waits for the court."))
def provisional_request_waits(appeal: Any) -> bool:
    return appeal.provisional_requested_on is not None and appeal.provisional_granted is None


@guard(_("The time to go to court is still open."))
def time_for_court_over(appeal: Any) -> bool:
    """P08: the terms have passed."""
    if _decision_is_gone(appeal):
        return True
    match appeal.state:
        case "window_open":
            return _over(appeal.procedure, _APPEAL_TERMS, appeal.event_on)
        case "higher_window_open":
            return _over(appeal.procedure, _HIGHER_APPEAL_TERMS, appeal.event_on)
        case _:
            return True


def _decision_is_gone(appeal: Any) -> bool:
    """Is the decision that the court looks at no longer there (T63, T37)?"""
    match appeal.against:
        case "permit":
            permit = appeal.procedure.permit_set.order_by("-id").first()
            return permit is not None and permit.state != "permit_withdrawn"
        case "family":
            family = appeal.procedure.familyreunification_set.order_by("-id").first()
            return family is not None and family.state != "refused"
        case _:
            return appeal.procedure.is_open


def _appeal_of(procedure: Any) -> Any:
    return procedure.appeal_set.order_by("-id").first()


@guard(_("The court has not annulled the decision."))
def decision_annulled(procedure: Any) -> bool:
    """T63; what was stopped, or never taken up, is treated anew as well."""
    return _annulled(procedure, against="application")


@guard(_("The court has not annulled the decision."))
def withdrawal_annulled(permit: Any) -> bool:
    return _annulled(permit.procedure, against="permit")


@guard(_("The court has not annulled the decision."))
def family_refusal_annulled(family: Any) -> bool:
    return _annulled(family.procedure, against="family")


def _annulled(procedure: Any, *, against: str) -> bool:
    """Is this decision gone, with nothing about it before a court any more?"""
    appeal = _appeal_of(procedure)
    return appeal is not None and appeal.against == against and appeal.annulled and no_open_appeal(procedure)


@guard(_("The time to go to court is still open."))
def appeal_window_over(procedure: Any) -> bool:
    appeal = _appeal_of(procedure)
    if appeal is None or appeal.state not in ("window_open", "higher_window_open"):
        return True
    appeal.procedure, appeal.event_on = procedure, procedure.event_on
    return time_for_court_over(appeal)


@guard(_("An appeal is with the court. Record the judgment first."))
def no_open_appeal(procedure: Any) -> bool:
    appeal = _appeal_of(procedure)
    return appeal is None or appeal.state not in ("lodged", "higher_lodged")


# Permit and family


@guard(_("There is still something to do about the permit."))
def no_open_permit_work(procedure: Any) -> bool:
    permit = procedure.permit_set.order_by("-id").first()
    return permit is None or permit.state in _PERMIT_AT_REST


@guard(_("A request for family reunification has not been decided yet."))
def no_open_family_request(procedure: Any) -> bool:
    """T64."""
    family = procedure.familyreunification_set.order_by("-id").first()
    return family is None or family.state != "requested"


@guard(_("Another decision of this case can still be taken to court, or is there. Wait for its end."))
def no_other_appeal(subject: Any) -> bool:
    """F03, R14: one way to court at a time, so that no last day for an appeal is lost."""
    appeal = _appeal_of(subject.procedure)
    if appeal is None or appeal.state == "final":
        return True
    appeal.procedure, appeal.event_on = subject.procedure, subject.event_on
    return appeal.state not in ("lodged", "higher_lodged") and time_for_court_over(appeal)


@guard(_("The permit cannot be extended yet; the first day is named with the term."))
def extension_window_open(permit: Any) -> bool:
    """R04: from some months before the end (PER-02); late is accepted with a reason."""
    term = permit.procedure.latest_deadline("PER-02")
    opens = term.derivation.get("earliest_on") if term is not None else None
    return opens is None or permit.event_on.isoformat() >= opens


@guard(_("A permanent permit can only be asked for after five years."))
def permanent_permit_possible(permit: Any) -> bool:
    """R06: not before the day of PER-03."""
    term = permit.procedure.latest_deadline("PER-03")
    return term is not None and term.effective_due_on <= permit.event_on


@guard(_("A replacement is on its way already."))
def no_replacement_runs(permit: Any) -> bool:
    last = permit.procedure.replacement_set.order_by("-id").first()
    return last is None or last.state == "replaced"


@guard(_("No response has come in yet and the time for it is not over."))
def withdrawal_response_in_or_over(permit: Any) -> bool:
    """R11: a response is in, or WD-01 has passed."""
    term = permit.procedure.latest_deadline("WD-01")
    if term is None:
        return False
    return term.filings.filter(kind="response").exists() or term.is_over(on=permit.event_on)


@guard(_("The three months are not over."))
def family_window_over(family: Any) -> bool:
    term = family.procedure.latest_deadline("FAM-01")
    return term is not None and term.is_over(on=family.event_on)


# Return


@guard(_("Nobody has to leave: there is no refusal, withdrawal or loss of the permit."))
def must_leave(track: Any) -> bool:
    """V01."""
    if track.procedure.state in (State.REFUSED, State.WITHDRAWN):
        return True
    permit = track.procedure.permit_set.order_by("-id").first()
    return permit is not None and permit.state in ("permit_withdrawn", "renounced")


@guard(_("Nothing at the court keeps the departure waiting."))
def court_keeps_return_waiting(track: Any) -> bool:
    """V02: an appeal that suspends, or a provisional measure that is awaited (Vw 82, Vb 7.3)."""
    appeal = _appeal_of(track.procedure)
    return appeal is not None and appeal.keeps_return_waiting


@guard(_("The court still keeps the departure waiting."))
def court_no_longer_keeps_waiting(track: Any) -> bool:
    """V03: the ruling dismisses; after an annulment nobody has to leave, and a new decision follows."""
    appeal = _appeal_of(track.procedure)
    return appeal is None or not (appeal.keeps_return_waiting or appeal.annulled)


@guard(_("No other country has taken over the application."))
def another_country_responsible(track: Any) -> bool:
    return track.procedure.outcome == Outcome.NOT_CONSIDERED


@guard(_("The person still has to leave."))
def no_longer_must_leave(track: Any) -> bool:
    return not must_leave(track)


@guard(_("The return has not ended yet."))
def no_open_return(procedure: Any) -> bool:
    track = procedure.returntrack_set.order_by("-id").first()
    return track is None or track.state in _RETURN_AT_REST
