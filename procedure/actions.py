"""Everything that moves a procedure. For people, API and timers a step goes through apply_transition."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed

from asylum_portal.accounts.models import User
from cases.audit import record
from cases.file_types import ProvenFile
from cases.models import Case
from cases.vault import discarding_on_error
from procedure import access, checks, deadlines, effects, guards
from procedure.calendars import CannotCompute
from procedure.guards import StateForbids
from procedure.models import Deadline, Procedure, RulePackage, Transition
from procedure.states import State


@dataclass(frozen=True)
class Letter:
    """A date that an official letter gives, and why it differs from the computed one."""

    due_on: date
    reason: str = ""


def unmet_reasons(procedure: Procedure, name: str, *, on: date) -> list[str]:
    """Why this step cannot be taken on this day; empty when it can."""
    procedure.event_on = on
    if not fits_state(procedure, name):
        return [
            _("This step does not fit where the case stands now: %(state)s.")
            % {"state": State(procedure.state).label}
        ]
    conditions = getattr(Procedure, name)._django_fsm.get_transition(procedure.state).conditions
    return [condition.reason for condition in conditions if not condition(procedure)]


def available_transitions(procedure: Procedure, user: User, *, on: date) -> list[str]:
    """The steps that the machine allows now and that this person may take, in the order of the procedure."""
    return [name for name, reasons in steps_here(procedure, user, on=on).items() if not reasons]


def steps_here(procedure: Procedure, user: User, *, on: date) -> dict[str, list[str]]:
    """The steps that this person may take from this state, each with what still stands in its way."""
    return {
        name: unmet_reasons(procedure, name, on=on)
        for name in access.ACTORS
        if fits_state(procedure, name) and access.may_take(user, name, procedure, on=on)
    }


def fits_state(procedure: Procedure, name: str) -> bool:
    """Does this step start from where the procedure stands, conditions aside?"""
    return getattr(Procedure, name)._django_fsm.has_transition(procedure.state)


@transaction.atomic
def express_wish(case: Case, *, actor: User, on: date, at: datetime, place: str = "") -> Procedure:
    """Begin a procedure: the wish to apply was made known (T01). The package in force that day serves it."""
    if on > timezone.localdate(at):
        raise ValidationError({"on": _("This day has not come yet.")})
    # One procedure of a case at a time, also when two begin one at the same moment.
    # NO KEY throughout: rows that point to a locked one can still be written, or writers wait for each other.
    Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if case.procedures.open().exists():
        raise StateForbids([_("An application of this person is being treated already.")])
    package = RulePackage.objects.in_force(on=on).first()
    if package is None:
        raise ValidationError({"on": _("No published rule package is in force on this day.")})
    procedure = Procedure.objects.create(
        case=case, state=State.WISH_EXPRESSED, package=package, place=place, wish_expressed_on=on
    )
    procedure.event_on = on
    step = _write_history(procedure, "express_wish", from_state="", actor=actor, on=on, at=at, inputs={})
    deadlines.open_for(procedure, step)
    effects.tell(procedure, step)
    _call_hooks(procedure, step)
    return procedure


def apply_transition(
    procedure: Procedure,
    name: str,
    *,
    actor: User,
    on: date,
    at: datetime,
    document: ProvenFile | None = None,
    letter: Letter | None = None,
    appointment: effects.Meeting | None = None,
    lawyer: User | None = None,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
    **arguments: Any,
) -> Transition:
    """Take one step of a procedure, or raise and leave everything as it was.

    `on` is the day of the event, `at` the moment at which it is recorded; `arguments` go to the transition
    itself, `facts` (ticks and codes) into the history. Raises StateForbids (409), PermissionDenied (403),
    ValidationError with the field named (400).
    """
    facts = dict(facts or {})
    with discarding_on_error(), transaction.atomic():
        # Lock by key alone: FOR UPDATE refuses joins to nullable rows and DISTINCT.
        locked = Procedure.objects.select_for_update(no_key=True).get(pk=procedure.pk)
        if name not in access.ACTORS:
            raise StateForbids([_("There is no such step.")])
        if reasons := unmet_reasons(locked, name, on=on):
            raise StateForbids(reasons)
        if not access.may_take(actor, name, locked, on=timezone.localdate(at)):
            raise PermissionDenied
        checks.check(
            locked,
            name,
            on=on,
            at=at,
            document=document,
            letter=letter,
            appointment=appointment,
            lawyer=lawyer,
            reason=reason,
            facts=facts,
            arguments=arguments,
        )

        from_state = locked.state
        getattr(locked, name)(**arguments)
        if name == "lodge_application":
            locked.package = RulePackage.objects.in_force(on=on).get()
        locked.save()
        history = _write_history(
            locked,
            name,
            from_state=from_state,
            actor=actor,
            on=on,
            at=at,
            inputs=facts | {key: _plain(value) for key, value in arguments.items()} | _of_letter(letter),
            reason=reason,
        )
        try:
            effects.bring_about(
                locked,
                history,
                actor=actor,
                document=document,
                appointment=appointment,
                lawyer=lawyer,
            )
            deadlines.settle(locked, history)
            deadlines.open_for(
                locked,
                history,
                letter_due_on=letter.due_on if letter else None,
                letter_reason=letter.reason if letter else "",
                ground=arguments.get("ground", ""),
                zero_departure_term=bool(facts.get("leave_at_once")),
            )
        except CannotCompute as unknown:
            raise StateForbids(
                [_("A last day cannot be worked out: the calendar lacks that year. Tell an administrator.")]
            ) from unknown
        if name == "extend_response_term" and letter:
            view = locked.latest_deadline(*deadlines.LETTER_TERMS[name])
            deadlines.set_letter_date(view, due_on=letter.due_on, reason=letter.reason, at=at)
        effects.tell(locked, history)
        _call_hooks(locked, history)
    procedure.refresh_from_db()
    return history


def lapse_terms(*, now: datetime, limit: int = 500) -> int:
    """Mark terms whose last moment has passed, each in a transaction of its own; returns how many."""
    past_due = Deadline.objects.past_due(at=now)
    count = 0
    for pk, procedure_pk in list(past_due.order_by("due_at").values_list("pk", "procedure")[:limit]):
        with transaction.atomic():
            # The procedure before its terms, as every step does: else the two wait for each other.
            locked = (
                Procedure.objects.select_for_update(skip_locked=True, no_key=True)
                .filter(pk=procedure_pk)
                .first()
            )
            deadline = past_due.filter(pk=pk).first() if locked else None
            if deadline is None:
                continue  # settled meanwhile, or the next sweep finds it
            deadlines.lapse(deadline)
            record(
                User.objects.system(),
                "deadline.lapse",
                at=now,
                case=deadline.procedure.case,
                target=deadline,
                rule=deadline.rule_code,
            )
            count += 1
    return count


# The portal itself may only close a step that waits for a term which has run out (model C0.3).
_CLOSED_BY_TIME = {State.CORRECTIONS: "close_corrections", State.INTENDED_DECISION: "close_response"}


def close_lapsed_steps(*, now: datetime) -> int:
    """Close the waiting steps whose term has run out, on the day after it; returns how many."""
    system = User.objects.system()
    closed = 0
    for state, name in _CLOSED_BY_TIME.items():
        for procedure in _waiting_in_vain(state, today=timezone.localdate(now)):
            on = _day_after_term(procedure)
            if on is None or on > timezone.localdate(now) or unmet_reasons(procedure, name, on=on):
                continue
            try:
                apply_transition(procedure, name, actor=system, on=on, at=now)
            except TransitionNotAllowed:
                continue  # somebody closed it between the look and the lock
            closed += 1
    return closed


def _waiting_in_vain(state: State, *, today: date) -> QuerySet[Procedure]:
    over = Deadline.objects.filter(
        procedure=OuterRef("pk"),
        rule_code__in=guards.WAITING_TERMS[state],
        effective_due_on__lt=today,
    ).exclude(state=Deadline.State.CANCELLED)
    return Procedure.objects.filter(Exists(over), state=state).order_by("pk")


def _day_after_term(procedure: Procedure) -> date | None:
    """The day on which the waiting ended, however late a sweep comes by; never before the last step."""
    term = procedure.latest_deadline(*guards.WAITING_TERMS[State(procedure.state)])
    if term is None:
        return None
    day_after = term.effective_due_on + timedelta(days=1)
    return max(day_after, procedure.last_event_on() or day_after)


def _write_history(
    procedure: Procedure,
    name: str,
    *,
    from_state: str,
    actor: User,
    on: date,
    at: datetime,
    inputs: dict[str, Any],
    reason: str = "",
) -> Transition:
    history = Transition.objects.create(
        procedure=procedure,
        name=name,
        from_state=from_state,
        to_state=procedure.state,
        actor=actor,
        actor_role=actor.role,
        on=on,
        at=at,
        inputs=inputs,
        reason=reason,
        package_name=procedure.package_id,
    )
    record(
        actor,
        f"procedure.{name}",
        at=at,
        case=procedure.case,
        target=procedure,
        from_state=from_state,
        to_state=procedure.state,
        on=on.isoformat(),
    )
    return history


def _call_hooks(procedure: Procedure, history: Transition) -> None:
    for path in settings.PROCEDURE_TRANSITION_HOOKS:
        import_string(path)(procedure, history)


def _of_letter(letter: Letter | None) -> dict[str, str]:
    return {"letter_due_on": letter.due_on.isoformat(), "letter_reason": letter.reason} if letter else {}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value
