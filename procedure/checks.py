"""What a step needs from the person who takes it; wrong input names its field (400)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asylum_portal import dates
from asylum_portal.accounts.models import Role, User
from cases.file_types import ProvenFile
from procedure import deadlines
from procedure.calendars import CannotCompute, DayKind, LegalCalendar, NotAProcedureDay
from procedure.guards import StateForbids
from procedure.models import Deadline, Procedure
from procedure.states import GRANTS, REFUSALS, Schedule

if TYPE_CHECKING:
    from procedure.actions import Letter
    from procedure.effects import Meeting

# The document that a step brings along (model C2, column Guards).
DOCUMENT_OF_STEP = {
    "lodge_application": "DOC-APPFORM",
    "finish_application_interview": "DOC-REP-AAN",
    "complete_preparation": "DOC-MEDADV",
    "close_interview": "DOC-REP-NG",
    "issue_intended_decision": "DOC-INT-REJ",
    "reconsider": "DOC-INT-REJ",
    "refer_to_extended": "DOC-EXT-LET",
    "extend_general_procedure": "DOC-EXT-AA",
    "close_extended_interview": "DOC-REP-NG",
    "grant": "DOC-DEC-POS",
    "refuse": "DOC-DEC-NEG",
    "request_withdrawal": "DOC-WDR",
}
# These count when they are on file already.
MAY_BE_ON_FILE = {"DOC-APPFORM", "DOC-MEDADV", "DOC-WDR"}

# What must have happened before a step, ticked by who takes it.
TICKS: dict[str, dict[str, Any]] = {
    "lodge_application": {
        "signed": _("The application form is signed"),
        "photo_taken": _("A photo was taken"),
        "fingerprints_taken": _("Fingerprints were taken"),
        "informed": _("The applicant was told about rights, duties and time limits in her own language"),
    },
    "start_application_interview": {"interpreter_present": _("An interpreter is booked")},
    "finish_application_interview": {"report_given": _("The applicant has received the report")},
    "start_general_procedure": {"interpreter_present": _("An interpreter is booked")},
    "close_interview": {"report_given": _("A copy of the report was given today")},
    "grant": {"exclusion_checked": _("Article 1F and public order were checked")},
    "request_withdrawal": {
        "consequences_understood": _("I know what it means to withdraw and I want this"),
    },
    "confirm_withdrawal": {"lawyer_informed": _("The lawyer has been told, or there is none")},
}
# Steps that are only understood with a reason (model C2).
REASON_REQUIRED = frozenset(
    {
        "choose_nine_days",
        "reconsider",
        "refer_to_extended",
        "extend_general_procedure",
        "extend_decision_period",
        "change_lawyer",
    }
)


def check(
    procedure: Procedure,
    name: str,
    *,
    on: date,
    at: datetime,
    document: ProvenFile | None,
    letter: "Letter | None",
    appointment: "Meeting | None",
    lawyer: User | None,
    reason: str,
    facts: Mapping[str, Any],
    arguments: Mapping[str, Any],
) -> None:
    """Raise ValidationError with every wrong field, or StateForbids where only time can help."""
    errors: dict[str, Any] = {}
    if on > timezone.localdate(at):
        errors["on"] = _("This day has not come yet.")
    last = procedure.last_event_on()
    if last is not None and on < last:
        errors["on"] = _("The day lies before the last step, which was on %(day)s.") % {
            "day": dates.long_date(last)
        }
    for tick in TICKS.get(name, {}):
        if not facts.get(tick):
            errors[tick] = _("Confirm this before you go on.")
    if document_is_missing(procedure, name, document, facts):
        errors["document"] = _("Add the document.")
    if name in REASON_REQUIRED and not reason.strip():
        errors["reason"] = _("Say why.")
    if letter is not None:
        if letter.due_on < on:
            errors["letter_due_on"] = _("The date in the letter lies before the letter itself.")
        if not letter.reason.strip():
            errors["letter_reason"] = _("Say why the letter has this date.")
    match name:
        case "complete_preparation":
            _check_day_one(procedure, on=on, facts=facts, arguments=arguments, errors=errors)
        case "begin_preparation":
            if arguments.get("schedule") not in Schedule.values:
                errors["schedule"] = _("Choose six or nine days.")
        case "grant":
            if arguments.get("outcome") not in GRANTS:
                errors["outcome"] = _("Choose the ground on which the permit is granted.")
        case "refuse":
            if arguments.get("outcome") not in REFUSALS:
                errors["outcome"] = _("Choose the ground of the refusal.")
        case "extend_general_procedure":
            if arguments.get("ground") not in set("abcdefg"):
                errors["ground"] = _("Choose one of the grounds a to g.")
        case "extend_response_term":
            _check_longer(procedure.latest_deadline(*deadlines.LETTER_TERMS[name]), letter, errors)
        case "extend_decision_period":
            _check_decision_period(procedure, letter, arguments.get("ground"), on=on, errors=errors)
        case "plan_extended_interview":
            if appointment is None:
                errors["meeting_at"] = _("Give the day and time of the interview.")
        case "assign_lawyer" | "change_lawyer":
            _check_lawyer(procedure, lawyer, on=on, errors=errors)
    if errors:
        raise ValidationError(errors)


def document_is_missing(
    procedure: Procedure, name: str, document: ProvenFile | None, facts: Mapping[str, Any]
) -> bool:
    """Does this step still lack the document that it must bring along?"""
    code = DOCUMENT_OF_STEP.get(name)
    if code is None or document is not None:
        return False
    if name == "complete_preparation" and facts.get("no_medical_consent"):
        return False
    return not (code in MAY_BE_ON_FILE and procedure.case.documents.of_type(code).exists())


def _check_day_one(
    procedure: Procedure,
    *,
    on: date,
    facts: Mapping[str, Any],
    arguments: Mapping[str, Any],
    errors: dict[str, Any],
) -> None:
    """T09: day 1 is a procedure day, after rest and preparation unless an exception holds (Vb 3.109(7))."""
    earliest = deadlines.earliest_day_one(procedure)
    excepted = bool(facts.get("preparation_exception"))
    if earliest and on < earliest and not excepted:
        raise StateForbids(
            [
                _("Rest and preparation last until %(day)s.") % {"day": dates.long_date(_before(earliest))},
                _("Day 1 can be %(day)s at the earliest.") % {"day": dates.long_date(earliest)},
            ]
        )
    day_one = arguments.get("day_one_on")
    if day_one is None:
        errors["day_one_on"] = _("Choose day 1.")
        return
    law = procedure.package.law
    if day_one < on:
        errors["day_one_on"] = _("Day 1 lies in the past.")
    else:
        schedule = law.schedule(procedure.schedule)
        kind = DayKind(schedule.calendar)
        calendar = LegalCalendar(law)
        try:
            calendar.require(day_one, kind)
            calendar.days(day_one, schedule.last_day, kind)
        except NotAProcedureDay as mistake:
            errors["day_one_on"] = _(
                "This day is no procedure day: %(reason)s. The next one is %(next)s."
            ) % {
                "reason": _(mistake.name),
                "next": dates.long_date(mistake.next_on),
            }
        except CannotCompute:
            errors["day_one_on"] = _(
                "The calendar has no data for this year. Ask an administrator to add it."
            )
    if (
        procedure.case.special_needs
        and procedure.schedule == Schedule.SIX_DAYS
        and not facts.get("six_days_suffice")
    ):
        errors["six_days_suffice"] = _(
            "This person may need more time. Say why six days are enough, or choose nine."
        )


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _check_longer(running: Deadline | None, letter: "Letter | None", errors: dict[str, Any]) -> None:
    """More time means a later last day than there is now."""
    if letter is None:
        errors["letter_due_on"] = _("Give the new last day.")
    elif running is not None and letter.due_on <= running.effective_due_on:
        errors["letter_due_on"] = _("The last day is %(day)s already. Give a later one.") % {
            "day": dates.long_date(running.effective_due_on)
        }


def _check_decision_period(
    procedure: Procedure, letter: "Letter | None", ground: Any, *, on: date, errors: dict[str, Any]
) -> None:
    """T29: later than now, and not later than the ground allows (Vw 42(4) and (5))."""
    rule = procedure.package.law.rule("DEC-EXT")
    _check_longer(procedure.latest_deadline("DEC-EXT", "DEC-06M"), letter, errors)
    if ground not in rule.grounds:
        errors["ground"] = _("Choose the ground of art. 42.")
    elif letter is not None and "letter_due_on" not in errors:
        longest = deadlines.compute(procedure, rule, deadlines.start_of(procedure, rule, on), ground=ground)
        if letter.due_on > longest.due_on:
            errors["letter_due_on"] = _("On this ground the last day is %(day)s at the latest.") % {
                "day": dates.long_date(longest.due_on)
            }


def _check_lawyer(procedure: Procedure, lawyer: User | None, *, on: date, errors: dict[str, Any]) -> None:
    mandate = procedure.case.current_mandate(on=on)
    if lawyer is None or lawyer.role != Role.LAWYER or not lawyer.is_active:
        errors["lawyer"] = _("Choose a lawyer.")
    elif mandate is not None and mandate.holder_id == lawyer.pk:
        errors["lawyer"] = _("This lawyer is assigned already.")
