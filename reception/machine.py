"""The machine of reception: what a step is taken on, what stands in its way, and taking it with its history.

Whoever takes a step locks the procedure first, as every step of a procedure does, and then what hangs on it.
"""

from datetime import date, datetime

from django.utils.translation import gettext as _

from asylum_portal.accounts.models import User
from cases.models import Applicant
from procedure import deadlines
from procedure.calendars import CannotCompute
from procedure.circumstances import circumstances
from procedure.given import Given
from procedure.guards import StateForbids
from procedure.history import write_history
from procedure.models import Procedure, Transition
from procedure.steps import declared_of, fits
from reception.models import Reception

# These begin the reception of somebody who has none; elsewhere they need the states that they name.
BEGINNINGS = ("refer_to_reception", "hold_in_closed_centre")
# Arriving, moving, the end of the stay, getting in touch after missed reports.
TERMS_OF_THE_STAY = ("REC-01", "REC-02", "REC-03", "REP-02", "REP-03")
# The desk looks at what these mean for the place and the days of its people; the portal decides nothing.
TOLD_TO_THE_DESK = (
    "begin_preparation",
    "complete_preparation",
    "refer_to_extended",
    "record_no_show",
    "grant",
    "refuse",
    "confirm_withdrawal",
    "record_provisional_ruling",
    "reopen_after_annulment",
    "record_unknown_destination",
)
# As with the weekly report the planned reports are its days: a term beside them would name another day.
_KEPT_BY_SLOTS = frozenset({"REP-04"})


def current(procedure: Procedure) -> Reception | None:
    """The newest reception of this procedure, bound to it, or None."""
    found = Reception.objects.latest_of(procedure).first()
    if found is not None:
        found.procedure = procedure
    return found


class Busy(Exception):
    """Somebody else works on this person at the moment; the next sweep finds her again."""


def hold(applicant: Applicant, *, wait: bool = True) -> Reception | None:
    """The newest reception of a person, with her procedure locked, or None; raises Busy instead of waiting.

    Before anything of hers is locked or recorded, or two who work on her would wait for each other.
    """
    newest = Reception.objects.filter(procedure__case__applicant=applicant).order_by("-id").first()
    if newest is None:
        return None
    procedures = Procedure.objects.select_for_update(no_key=True, skip_locked=not wait)
    procedure = procedures.filter(pk=newest.procedure_id).first()
    if procedure is None:
        raise Busy
    return current(procedure)


def subject_of(procedure: Procedure, name: str) -> Reception | None:
    """On what a step is taken; a row that is not saved yet where the step begins the reception."""
    found = current(procedure)
    if name in BEGINNINGS and (found is None or found.is_over):
        return Reception(procedure=procedure)
    return found


def title_of(name: str) -> str:
    """What a step is called, in the reader's language."""
    return str(declared_of(Reception, name).custom["title"])


def unmet(reception: Reception, name: str, *, on: date) -> list[str]:
    """Why this step cannot be taken on this day; empty when it can."""
    reception.event_on = reception.procedure.event_on = on
    if not fits(reception, name):
        state = Reception.State(reception.state).label
        return [_("This step does not fit where the person stands now: %(state)s.") % {"state": state}]
    conditions = getattr(Reception, name)._django_fsm.get_transition(reception.state).conditions
    return [str(condition.reason) for condition in conditions if not condition(reception)]


def advance(
    reception: Reception,
    name: str,
    *,
    actor: User,
    on: date,
    at: datetime,
    moment: datetime | None = None,
    given: Given | None = None,
    **arguments: object,
) -> Transition:
    """Take one step: state, history, terms. Raises StateForbids.

    `given` is what the history keeps, `arguments` go to the step, `moment` is when it happened, for terms
    that run to the minute.
    """
    if reasons := unmet(reception, name, on=on):
        raise StateForbids(reasons)
    procedure, from_state = reception.procedure, reception.state if reception.pk else ""
    getattr(reception, name)(**arguments)
    reception.save()
    history = write_history(
        reception, name, from_state=from_state, actor=actor, on=on, at=at, given=given or Given()
    )
    deadlines.settle(procedure, history, moment=moment)
    holding = circumstances(procedure, name)
    try:
        for rule in deadlines.rules_opened_by(procedure, name, holding):
            if rule.code not in _KEPT_BY_SLOTS:
                deadlines.open_term(procedure, rule, history, circumstances=holding, start_at=moment)
    except CannotCompute as unknown:
        raise StateForbids(
            [_("A last day cannot be worked out: the calendar lacks that year. Tell an administrator.")]
        ) from unknown
    return history


def last_step_on(reception: Reception) -> date | None:
    """The day of the last step in this reception; missed reports have days of their own."""
    if reception.pk is None:
        return None
    steps = reception.procedure.transitions.filter(machine=Reception.machine, subject_id=reception.pk)
    latest = steps.exclude(name__in=_OF_REPORTS).order_by("-id").values_list("on", flat=True)
    return latest.first()


_OF_REPORTS = ("miss_report", "miss_report_again", "report_again", "excuse_missed_report")
