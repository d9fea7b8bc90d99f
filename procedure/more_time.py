"""Dates that a person gives: the letter's, and more time on a ground of the package, within its limit."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from asylum_portal import dates
from asylum_portal.accounts.models import Role, User
from cases.models import Document
from procedure import recompute, terms
from procedure.calendars import CannotCompute
from procedure.circumstances import circumstances as circumstances_of
from procedure.ledger import Because, Cause, move
from procedure.models import DateChange, Deadline, Procedure, Transition
from procedure.rules import Extension, Rule

# The supervisor may do what these may.
_SERVICE = {Role.CASEWORKER, Role.PLANNER}


# The letter


def set_letter_date(
    deadline: Deadline, transition: Transition, *, due_on: date, reason: str, cause: str = Cause.LETTER
) -> DateChange | None:
    """The date in the letter takes the place of the one that the term has; 400 when it is impossible."""
    if errors := check_letter(
        deadline.procedure, deadline.rule, due_on=due_on, started_on=deadline.started_on
    ):
        raise ValidationError(errors)
    deadline.letter_due_on = deadline.letter_says_on = due_on
    deadline.letter_reason, deadline.letter_by = reason, transition
    because = Because.of(transition, Cause(cause), reason)
    row = move(deadline, because, still_since=deadline.still_since)
    _follow(deadline, because)
    return row


def _follow(deadline: Deadline, because: Because) -> None:
    """What counts from the end of this term, and what counts from that, comes to its date with it."""
    law = deadline.procedure.package.law
    for again in recompute.work_out(deadline.procedure, only=recompute.behind(deadline.rule_code, law)):
        # What stands still is worked out when it runs again.
        if again.deadline.state != Deadline.State.SUSPENDED:
            again.deadline.letter_due_on = again.letter_due_on
            move(again.deadline, because, term=again.term)


def check_letter(
    procedure: Procedure, rule: Rule, *, due_on: date | None, started_on: date
) -> dict[str, Any]:
    """What is wrong with this date of a letter, for a term of this rule that began on that day."""
    if due_on is None:
        return {"letter_due_on": _("Give the last day in the letter.")}
    if due_on < started_on:
        return {
            "letter_due_on": _("The term began on %(day)s. The letter cannot end it before that day.")
            % {"day": dates.long_date(started_on)}
        }
    earliest = recompute.end_of_rule(procedure, rule.not_before) if rule.not_before else None
    if earliest is not None and due_on < earliest:
        return {
            "letter_due_on": _("Another term must end first, on %(day)s.")
            % {"day": dates.long_date(earliest)}
        }
    return {}


# More time


def extensions_of(deadline: Deadline) -> tuple[Extension, ...]:
    """The extensions of the package that this term can get as the case stands."""
    holding = circumstances_of(deadline.procedure, "extend_term")
    return deadline.law.extensions_of(deadline.rule_code, circumstances=holding)


def grounds_of(deadline: Deadline) -> dict[str, str]:
    """The grounds on which this term can get more time, with their sentences."""
    return {code: _(text) for entry in extensions_of(deadline) for code, text in entry.grounds.items()}


def may_extend(user: User, extension: Extension) -> bool:
    """May this person give more time on this extension?"""
    allowed = set(extension.by)
    return user.role in allowed or (user.role == Role.SUPERVISOR and bool(allowed & _SERVICE))


def latest_day(
    deadline: Deadline, extension: Extension, *, obstacle_ended_on: date | None = None
) -> date | None:
    """The last day that this extension may give to the term; None without a limit. Raises CannotCompute."""
    return terms.latest_extension(
        extension,
        package=deadline.law,
        start=deadline.started_on,
        due_on=_before_extensions(deadline),
        obstacle_until=obstacle_ended_on,
    )


def check_extension(
    deadline: Deadline,
    *,
    until: date | None,
    ground: str,
    actor: User,
    proof: Document | None,
    obstacle_ended_on: date | None = None,
) -> dict[str, Any]:
    """What is wrong with this longer time: the field, and why; the latest allowed day by name."""
    extension = next((entry for entry in extensions_of(deadline) if ground in entry.grounds), None)
    if deadline.state == Deadline.State.SUSPENDED:
        return {"term": _("The time of this term stands still. It can get more time when it runs again.")}
    if extension is None:
        if not extensions_of(deadline):
            return {"term": _("The rules give no more time for this term.")}
        return {"ground": _("Choose one of the grounds for more time.")}
    errors: dict[str, Any] = {}
    if not may_extend(actor, extension):
        who = ", ".join(str(Role(role).label) for role in extension.by)
        errors["term"] = _("More time for this term is given by: %(who)s.") % {"who": who}
    if extension.proof and proof is None:
        errors["proof"] = _("Choose the proof on file: more time on this ground needs it.")
    if extension.working_days_after_obstacle is not None and obstacle_ended_on is None:
        errors["obstacle_ended_on"] = _("Give the last day of what stood in the way.")
    if until is None:
        errors["until"] = _("Give the new last day.")
    elif until <= deadline.effective_due_on:
        errors["until"] = _("The last day is %(day)s already. Give a later one.") % {
            "day": dates.long_date(deadline.effective_due_on)
        }
    elif "obstacle_ended_on" not in errors:
        errors |= _check_limit(deadline, extension, until=until, obstacle_ended_on=obstacle_ended_on)
    return errors


def _check_limit(
    deadline: Deadline, extension: Extension, *, until: date, obstacle_ended_on: date | None
) -> Mapping[str, Any]:
    try:
        latest = latest_day(deadline, extension, obstacle_ended_on=obstacle_ended_on)
    except CannotCompute:
        return {"until": _("The calendar has no data for that time. Ask an administrator to add the year.")}
    if latest is None or until <= latest:
        return {}
    if latest <= deadline.effective_due_on:
        return {"until": _("On this ground the term cannot become longer than it is.")}
    return {
        "until": _("On this ground the last day is %(day)s at the latest.") % {"day": dates.long_date(latest)}
    }


def extend_term(
    deadline: Deadline,
    transition: Transition,
    *,
    until: date,
    ground: str,
    reason: str = "",
    proof: Document | None = None,
    obstacle_ended_on: date | None = None,
) -> DateChange | None:
    """Give a term more time; 400 when the package does not allow it, so that no caller can forget to ask."""
    errors = check_extension(
        deadline,
        until=until,
        ground=ground,
        actor=transition.actor,
        proof=proof,
        obstacle_ended_on=obstacle_ended_on,
    )
    if errors:
        raise ValidationError(errors)
    extension = next(entry for entry in extensions_of(deadline) if ground in entry.grounds)
    deadline.extended_by, deadline.extension_proof = transition, proof
    deadline.extension, deadline.extension_ground = extension.code, ground
    return set_letter_date(
        deadline, transition, due_on=until, reason=reason or extension.grounds[ground], cause=Cause.EXTENSION
    )


def proof_of(procedure: Procedure, named: Any) -> Document | None:
    """The document of this case that proves why more time is needed, named by itself or by its id."""
    try:
        return procedure.case.documents.filter(pk=getattr(named, "pk", str(named))).first() if named else None
    except ValidationError:
        return None


def _before_extensions(deadline: Deadline) -> date:
    """The last day that it had before anybody gave it more time: several extensions share one limit.

    What was given before a move to other rules counts as well.
    """
    if deadline.extended_by_id is None:
        return deadline.effective_due_on
    given = DateChange.objects.filter(
        deadline__in=_same_term(deadline), cause=Cause.EXTENSION, from_on__isnull=False
    )
    first = given.order_by("id").first()
    return first.from_on if first is not None and first.from_on is not None else deadline.effective_due_on


def _same_term(deadline: Deadline) -> list[Deadline]:
    """The term, and those whose place it has taken since the case was put under other rules."""
    found = [deadline]
    while found[-1].opened_by.name == "move_to_package":
        earlier = deadline.procedure.deadlines.filter(
            rule_code=deadline.rule_code,
            opened_by__lt=found[-1].opened_by_id,
            settled_at=found[-1].opened_at,
        )
        former = earlier.order_by("opened_by_id").last()
        if former is None:
            break
        found.append(former)
    return found
