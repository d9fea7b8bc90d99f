"""What a step needs from the person who takes it; wrong input names its field (400)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asylum_portal import dates
from asylum_portal.accounts.models import Role, User
from procedure import deadlines, effects, machines, more_time, package_moves, pauses
from procedure.calendars import CannotCompute, DayKind, LegalCalendar, NotAProcedureDay
from procedure.given import Given, Letter, Meeting
from procedure.guards import StateForbids
from procedure.models import Appeal, Deadline, Procedure, Replacement, RulePackage
from procedure.states import CHOSEN_SCHEDULES, GRANTS, REFUSALS, REFUSALS_OF_TRACK, Hold, Schedule, Track
from procedure.step_documents import document_is_missing
from procedure.ticks import REASON_REQUIRED, TICKS, WARNED_TICKS

# Decisions after which somebody has to leave: each may name no time for it, or a last day (Vw 62(2)).
LEAVING = ("refuse", "discontinue", "refuse_incomplete", "confirm_withdrawal", "withdraw_permit")
PERMIT_WITHDRAWAL_GROUNDS = ("a", "b", "c", "d", "e")
# A choice that must be made, and what may be chosen.
_CHOICES: dict[str, tuple[str, Any]] = {
    "begin_preparation": ("schedule", CHOSEN_SCHEDULES),
    "choose_track": ("track", Track.values),
    "send_claim": ("kind", ("take_charge", "take_back")),
    "grant": ("outcome", GRANTS),
    "intend_to_discontinue": ("why", ("no_show", "information_ignored")),
    "record_provisional_ruling": ("granted", (True, False)),
    "record_ruling": ("ruling", Appeal.OF_THE_COURT),
    "record_higher_ruling": ("ruling", Appeal.Ruling.values),
    "report_loss": ("what", Replacement.What.values),
    "intend_permit_withdrawal": ("ground", PERMIT_WITHDRAWAL_GROUNDS),
}
_NEEDS_TEXT = {"confirm_transfer": "country", "confirm_departure": "country"}
# Rest and preparation may be shorter at the border when the person asks for it (Vb 3.109b(2)).
AT_BORDER_ALONE = "3.109b(2)"
CHOOSE = _("Choose one of these.")


def check(procedure: Procedure, name: str, *, actor: User, on: date, at: datetime, given: Given) -> None:
    """Raise ValidationError with every wrong field, or StateForbids where only time can help."""
    errors: dict[str, Any] = {}
    facts, arguments, letter = given.facts, given.arguments, given.letter
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
    if name == "make_final" and arguments.get("no_right_of_residence"):
        _check_code_98(procedure, errors)
    if document_is_missing(procedure, name, given.document, facts):
        errors["document"] = _("Add the document.")
    _check_warned(name, given, errors)
    if name in REASON_REQUIRED and not given.reason.strip():
        errors["reason"] = _("Say why.")
    if letter is not None:
        if letter.due_on < on:
            errors["letter_due_on"] = _("The date in the letter lies before the letter itself.")
        if not letter.reason.strip():
            errors["letter_reason"] = _("Say why the letter has this date.")
    if name in LEAVING:
        _check_leaving(facts, on=on, errors=errors)
    if name in _CHOICES:
        field, choices = _CHOICES[name]
        if arguments.get(field) not in choices:
            errors[field] = CHOOSE
    if name in _NEEDS_TEXT and not str(arguments.get(_NEEDS_TEXT[name]) or "").strip():
        errors[_NEEDS_TEXT[name]] = _("Fill this in.")
    match name:
        case "complete_preparation" | "announce_other_day_one" | "plan_one_day_test":
            _check_day_one(
                procedure,
                name,
                on=on,
                facts=facts,
                arguments=arguments,
                reason=given.reason,
                meeting=given.appointment,
                errors=errors,
            )
        case "refuse":
            if arguments.get("outcome") not in REFUSALS_OF_TRACK.get(Track(procedure.track), REFUSALS):
                errors["outcome"] = _("Choose the ground of the refusal.")
        case "extend_general_procedure":
            if arguments.get("ground") not in set("abcdefg"):
                errors["ground"] = _("Choose one of the grounds a to g.")
        case "extend_decision_period":
            _check_decision_period(procedure, letter, arguments.get("ground"), on=on, errors=errors)
        case "plan_extended_interview" | "plan_withdrawal_hearing":
            if given.appointment is None:
                errors["meeting_at"] = _("Give the day and time of the interview.")
        case "assign_lawyer" | "change_lawyer":
            _check_lawyer(procedure, given.lawyer, on=on, errors=errors)
        case "accept_claim":
            _check_default(procedure, arguments, facts=facts, on=on, errors=errors)
        case "take_responsibility":
            _check_responsible(procedure, arguments.get("responsible_on"), on=on, errors=errors)
        case "begin_preparation":
            # T06: what points to another country can be set aside with a reason.
            if procedure.case.documents.of_type("DOC-DUB-IND").exists() and not given.reason.strip():
                errors["reason"] = _("A document points to another country. Say why the case stays here.")
        case "intend_to_discontinue":
            if arguments.get("why") == "no_show" and procedure.hold != Hold.NO_SHOW:
                errors["why"] = _("Record first that the person did not come.")
        case "impose_border_measure":
            _check_border(procedure, arguments, on=on, at=at, errors=errors)
        case "request_permit_extension":
            _check_late_request(procedure, given, on=on, errors=errors)
        case "hand_out_permit" | "hand_out_at_once":
            _check_validity(arguments, errors)
        case "extend_permit":
            _check_new_end(procedure, arguments, errors)
        case "order_departure":
            if letter is None:
                errors["letter_due_on"] = _("Give the last day in the letter.")
        case "pause":
            errors |= pauses.check(
                procedure,
                ground=arguments.get("ground") or "",
                starts_on=arguments.get("starts_on"),
                ends_on=arguments.get("ends_on"),
                on=on,
            )
        case "resume":
            errors |= pauses.check_end(
                procedure,
                suspension=arguments.get("suspension"),
                resumes_on=arguments.get("resumes_on"),
            )
            _check_notice(procedure, arguments, on=on, errors=errors)
        case "extend_term" | "extend_response_term" | "set_letter_date":
            _check_term(procedure, name, given, actor=actor, errors=errors)
        case "choose_track" if arguments.get("track") not in procedure.package.law.graph.tracks:
            errors["track"] = CHOOSE
        case "move_to_package":
            _check_package(procedure, arguments.get("package"), on=on, errors=errors)
    if errors:
        raise ValidationError(errors)


def check_repeat(given: Given) -> None:
    """T44: the form M35-O, originals and translations listed; handed in as it should be, or a reason."""
    errors: dict[str, Any] = {}
    name = "announce_repeat_application"
    for tick in TICKS[name]:
        if not given.facts.get(tick):
            errors[tick] = _("Confirm this before you go on.")
    if given.document is None:
        errors["document"] = _("Add the document.")
    _check_warned(name, given, errors)
    if errors:
        raise ValidationError(errors)


def _check_warned(name: str, given: Given, errors: dict[str, Any]) -> None:
    missing = [str(label) for tick, label in WARNED_TICKS.get(name, {}).items() if not given.facts.get(tick)]
    if missing and not given.reason.strip():
        errors["reason"] = _("Say why you go on without this: %(what)s") % {"what": "; ".join(missing)}


def _check_notice(
    procedure: Procedure, arguments: Mapping[str, Any], *, on: date, errors: dict[str, Any]
) -> None:
    """BOR-02: after the border was left, at least one day's notice before the examination goes on."""
    pause = pauses.find(procedure, arguments.get("suspension"))
    resumes_on = arguments.get("resumes_on")
    if pause is None or pause.ground != "border_left" or resumes_on is None:
        return
    notice = procedure.deadlines.running().filter(rule_code="BOR-02").first()
    if resumes_on <= on or (notice is not None and resumes_on < notice.effective_due_on):
        errors["resumes_on"] = _("The person must be told at least one day before. Choose a later day.")


def _check_term(
    procedure: Procedure, name: str, given: Given, *, actor: User, errors: dict[str, Any]
) -> None:
    """A running term that gets another last day, from the letter or on a ground of the package."""
    arguments, letter = given.arguments, given.letter
    try:
        term = (
            effects.term_to_extend(procedure, arguments)
            if name == "extend_response_term"
            else effects.running_term(procedure, arguments.get("term"))
        )
    except ValidationError:
        errors["term"] = _("Choose a term that runs.")
        return
    if name != "set_letter_date":
        errors |= more_time.check_extension(
            term,
            until=arguments.get("until"),
            ground=arguments.get("ground") or "",
            actor=actor,
            proof=more_time.proof_of(procedure, arguments.get("proof")),
            obstacle_ended_on=arguments.get("obstacle_ended_on"),
        )
    else:
        errors.pop("letter_due_on", None)
        errors |= more_time.check_letter(
            procedure, term.rule, due_on=letter.due_on if letter else None, started_on=term.started_on
        )


def _check_package(procedure: Procedure, name: Any, *, on: date, errors: dict[str, Any]) -> None:
    package = RulePackage.objects.filter(pk=name).first()
    if package is None:
        errors["package"] = CHOOSE
    elif reasons := package_moves.check(procedure, package, on=on):
        errors["package"] = " ".join(reasons)


def _check_default(
    procedure: Procedure,
    arguments: Mapping[str, Any],
    *,
    facts: Mapping[str, Any],
    on: date,
    errors: dict[str, Any],
) -> None:
    """T32: accepted between the claim and today; by default only after the other country's time (DUB-02)."""
    term = procedure.latest_deadline("DUB-02")
    accepted_on = facts.get("accepted_on")
    if accepted_on is not None and accepted_on > on:
        errors["accepted_on"] = _("This day has not come yet.")
    elif accepted_on is not None and term is not None and accepted_on < term.started_on:
        errors["accepted_on"] = _("The claim was sent on %(day)s. It cannot be accepted before that day.") % {
            "day": dates.long_date(term.started_on)
        }
    if arguments.get("by_default") and term is not None and term.effective_due_on >= on:
        errors["by_default"] = _("The other country can still answer until %(day)s.") % {
            "day": dates.long_date(term.effective_due_on)
        }


def _check_responsible(
    procedure: Procedure, responsible_on: date | None, *, on: date, errors: dict[str, Any]
) -> None:
    """T33: the day on which it was established that the Netherlands is responsible."""
    if responsible_on is None:
        return
    if responsible_on > on:
        errors["responsible_on"] = _("This day has not come yet.")
    elif responsible_on < (procedure.lodged_on or procedure.wish_expressed_on):
        errors["responsible_on"] = _("The application was not there yet on this day.")


def _check_code_98(procedure: Procedure, errors: dict[str, Any]) -> None:
    """P08: after a refusal; whoever has a permit, or had it taken, is not without a right by this appeal."""
    appeal = machines.current(procedure, "appeal")
    if appeal is None or appeal.against != Appeal.Against.APPLICATION or procedure.is_open:
        errors["no_right_of_residence"] = _("Only when a refusal of the application has become final.")


def _check_leaving(facts: Mapping[str, Any], *, on: date, errors: dict[str, Any]) -> None:
    """Vw 62(2): no time to leave, or a shorter one that the decision names."""
    until = facts.get("leave_until_on")
    if until is None:
        return
    if until < on:
        errors["leave_until_on"] = _("The last day to leave lies before the decision.")
    elif facts.get("leave_at_once"):
        errors["leave_until_on"] = _("Choose one of the two: no time to leave, or a last day.")


def _check_border(
    procedure: Procedure, arguments: Mapping[str, Any], *, on: date, at: datetime, errors: dict[str, Any]
) -> None:
    """B01: handed over with its time; a child in the family needs a reason."""
    handed_at = arguments.get("handed_at")
    if handed_at is None:
        errors["handed_at"] = _("Give the day and time at which the decision was handed over.")
    elif handed_at > at:
        errors["handed_at"] = _("This time has not come yet.")
    elif timezone.localdate(handed_at) != on:
        errors["handed_at"] = _("This is not the day of the event.")
    if procedure.case.children.exists() and not str(arguments.get("child_reason") or "").strip():
        errors["child_reason"] = _(
            "There is a child with this person. Say why the measure is taken all the same."
        )


def _check_late_request(procedure: Procedure, given: Given, *, on: date, errors: dict[str, Any]) -> None:
    """R04: after the end of the permit only with a reason (Vw 44(5))."""
    permit = machines.current(procedure, "permit")
    late = permit is not None and permit.valid_until is not None and permit.valid_until < on
    if late and not given.reason.strip():
        errors["reason"] = _("The permit has ended. Say why the request comes late.")


def _check_validity(arguments: Mapping[str, Any], errors: dict[str, Any]) -> None:
    starts, ends = arguments.get("valid_from"), arguments.get("valid_until")
    if starts is None:
        errors["valid_from"] = _("Give the first day of the permit.")
    if ends is None:
        errors["valid_until"] = _("Give the last day of the permit.")
    elif starts is not None and ends <= starts:
        errors["valid_until"] = _("The permit would end before it begins.")


def _check_new_end(procedure: Procedure, arguments: Mapping[str, Any], errors: dict[str, Any]) -> None:
    permit, ends = machines.current(procedure, "permit"), arguments.get("valid_until")
    if ends is None:
        errors["valid_until"] = _("Give the last day of the permit.")
    elif permit is not None and permit.valid_until is not None and ends <= permit.valid_until:
        errors["valid_until"] = _("The last day is %(day)s already. Give a later one.") % {
            "day": dates.long_date(permit.valid_until)
        }


def _check_day_one(
    procedure: Procedure,
    name: str,
    *,
    on: date,
    facts: Mapping[str, Any],
    arguments: Mapping[str, Any],
    reason: str,
    meeting: Meeting | None,
    errors: dict[str, Any],
) -> None:
    """T09: day 1 is a procedure day, after rest and preparation unless an exception holds (Vb 3.109(7))."""
    earliest = deadlines.earliest_day_one(procedure) if procedure.track != Track.REPEAT else None
    excepted = bool(facts.get("preparation_exception"))
    if facts.get("preparation_exception") == AT_BORDER_ALONE and not procedure.border:
        errors["preparation_exception"] = _("This exception exists at the border alone.")
    if excepted and not reason.strip():
        errors["reason"] = _("Say why.")
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
    if meeting is not None and timezone.localdate(meeting.starts_at) != day_one:
        errors["meeting_at"] = _("The interview is on day 1: %(day)s.") % {"day": dates.long_date(day_one)}
    law = procedure.package.law
    if day_one < on:
        errors["day_one_on"] = _("Day 1 lies in the past.")
    else:
        schedule = law.schedule(procedure.schedule)
        kind = DayKind(schedule.calendar)
        calendar = LegalCalendar(law)
        try:
            calendar.require(day_one, kind)
            last = calendar.days(day_one, schedule.last_day, kind).on(schedule.last_day)
            detained = procedure.latest_deadline("BOR-01") if procedure.border else None
            if detained is not None and last > detained.effective_due_on:
                # C4.4: who is held at the border is held four weeks at most, the days included (Vw 3(7)).
                errors["day_one_on"] = _(
                    "The border measure ends on %(moment)s. The last day would be %(day)s. "
                    "Choose an earlier day 1."
                ) % {"moment": dates.long_datetime(detained.due_at), "day": dates.long_date(last)}
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
        name == "complete_preparation"
        and procedure.case.special_needs
        and procedure.schedule in (Schedule.SIX_DAYS, Schedule.BORDER_SIX)
        and not facts.get("six_days_suffice")
    ):
        errors["six_days_suffice"] = _(
            "This person may need more time. Say why six days are enough, or choose nine."
        )


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _check_longer(running: Deadline | None, letter: Letter | None, errors: dict[str, Any]) -> None:
    """More time means a later last day than there is now."""
    if letter is None:
        errors["letter_due_on"] = _("Give the new last day.")
    elif running is not None and letter.due_on <= running.effective_due_on:
        errors["letter_due_on"] = _("The last day is %(day)s already. Give a later one.") % {
            "day": dates.long_date(running.effective_due_on)
        }


def _check_decision_period(
    procedure: Procedure, letter: Letter | None, ground: Any, *, on: date, errors: dict[str, Any]
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
