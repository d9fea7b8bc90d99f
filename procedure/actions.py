"""Everything that moves a procedure. For people, API and timers a step goes through apply_transition."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed

from asylum_portal import dates
from asylum_portal.accounts.models import Role, User
from cases.actions import involve
from cases.audit import record
from cases.file_types import ProvenFile
from cases.models import Case
from cases.vault import discarding_on_error
from procedure import (
    access,
    beginnings,
    checks,
    deadlines,
    effects,
    guards,
    machines,
    pauses,
    reminders,
    steps,
)
from procedure.calendars import CannotCompute, NotAProcedureDay
from procedure.circumstances import circumstances
from procedure.given import Given, Letter, Meeting
from procedure.guards import StateForbids
from procedure.history import write_history
from procedure.machines import Subject
from procedure.models import Deadline, Procedure, RulePackage, Transition
from procedure.states import Schedule, State, Track
from procedure.term_rows import LetterDecides


def unmet_reasons(procedure: Procedure, name: str, *, on: date) -> list[Any]:
    """Why this step cannot be taken on this day; empty when it can."""
    subject = machines.subject_of(procedure, name)
    return [_("This step does not fit this case yet.")] if subject is None else _unmet(subject, name, on=on)


def _unmet(subject: Subject, name: str, *, on: date) -> list[Any]:
    subject.event_on = subject.procedure.event_on = on
    if not steps.fits(subject, name):
        state = machines.state_label(subject.machine, subject.state)
        return [_("This step does not fit where the case stands now: %(state)s.") % {"state": state}]
    conditions = getattr(type(subject), name)._django_fsm.get_transition(subject.state).conditions
    return [condition.reason for condition in conditions if not condition(subject)]


def available_transitions(procedure: Procedure, user: User, *, on: date) -> list[str]:
    """The steps that the machines allow now and that this person may take, in the order of the procedure."""
    return [name for name, reasons in steps_here(procedure, user, on=on).items() if not reasons]


def steps_here(procedure: Procedure, user: User, *, on: date) -> dict[str, list[str]]:
    """The steps that this person may take from here, each with what still stands in its way."""
    subjects = {subject.machine: subject for subject in machines.subjects(procedure)}
    found: dict[str, list[str]] = {}
    for name, roles in access.ACTORS.items():
        subject = subjects.get(machines.MODEL_OF_STEP[name].machine)
        if subject is None or user.role not in roles or not steps.fits(subject, name):
            continue
        if access.may_take(user, name, procedure, on=on):
            found[name] = _unmet(subject, name, on=on)
    return found


def fits_state(procedure: Procedure, name: str) -> bool:
    """Does this step start from where the case stands, conditions aside?"""
    subject = machines.subject_of(procedure, name)
    return subject is not None and steps.fits(subject, name)


# Beginning


@transaction.atomic
def express_wish(
    case: Case,
    *,
    actor: User,
    on: date,
    at: datetime,
    place: str = "",
    other_authority: bool = False,
    at_border: bool = False,
) -> Procedure:
    """Begin a procedure: the wish to apply was made known (T01). The package in force that day serves it."""
    if actor.role not in access.MAY_BEGIN:
        raise PermissionDenied
    procedure = _begin(
        case,
        actor=actor,
        on=on,
        at=at,
        name="express_wish",
        state=State.WISH_EXPRESSED,
        place=place,
        other_authority=other_authority,
    )
    # Police or border police identify and register the person (T01, T02).
    registers = Role.BORDER_POLICE if at_border else Role.POLICE
    involve(case, role=registers, starts_on=on, actor=actor, at=at)
    return procedure


def announce_repeat_application(
    case: Case,
    *,
    actor: User,
    on: date,
    at: datetime,
    document: ProvenFile | None = None,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
) -> Procedure:
    """Begin a repeat application with its form M35-O (T44); the one before must have ended."""
    name = "announce_repeat_application"
    if actor.role not in access.MAY_ANNOUNCE_REPEAT:
        raise PermissionDenied
    given = Given(document=document, reason=reason, facts=dict(facts or {}))
    with discarding_on_error(), transaction.atomic():
        if reasons := why_no_repeat(case, on=on):
            raise StateForbids(reasons)
        if not access.may_announce_repeat(actor, case, on=timezone.localdate(at)):
            raise PermissionDenied
        checks.check_repeat(given)
        return _begin(
            case,
            actor=actor,
            on=on,
            at=at,
            name=name,
            given=given,
            state=State.REPEAT_NOTIFIED,
            track=Track.REPEAT,
            schedule=Schedule.ONE_DAY_TEST,
            # What was found in the application before (art. 1F) still holds.
            senior_decides=case.procedures.filter(senior_decides=True).exists(),
        )


def why_no_repeat(case: Case, *, on: date) -> list[Any]:
    """Why no repeat application can be announced in this case now; empty when it can."""
    if case.procedures.open().exists():
        return [_("An application of this person is being treated already.")]
    before = case.procedures.order_by("-wish_expressed_on", "-lodged_on").first()
    permit = machines.current(before, "permit") if before is not None else None
    lost = permit is not None and permit.state in ("permit_withdrawn", "renounced")
    ended = before is not None and (before.state in (State.REFUSED, State.WITHDRAWN) or lost)
    closed = before is not None and before.state == State.CLOSED and (permit is None or lost)
    if not (ended or closed):
        return [_("A repeat application needs an earlier application that was refused or withdrawn.")]
    assert before is not None
    before.event_on = on
    final = (guards.appeal_window_over, guards.no_open_appeal)
    return [condition.reason for condition in final if not condition(before)]  # type: ignore[attr-defined]


def _begin(
    case: Case, *, actor: User, on: date, at: datetime, name: str, given: Given | None = None, **facts: Any
) -> Procedure:
    given = given or Given()
    if on > timezone.localdate(at):
        raise ValidationError({"on": _("This day has not come yet.")})
    package = _hold_law(RulePackage.objects.in_force(on=on))
    # One procedure of a case at a time, also when two begin one at the same moment.
    # NO KEY throughout: rows that point to a locked one can still be written, or writers wait for each other.
    Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if case.procedures.open().exists():
        raise StateForbids([_("An application of this person is being treated already.")])
    if package is None:
        raise ValidationError({"on": _("No published rule package is in force on this day.")})
    procedure = Procedure.objects.create(case=case, package=package, wish_expressed_on=on, **facts)
    procedure.event_on = on
    history = write_history(procedure, name, from_state="", actor=actor, on=on, at=at, given=given)
    effects.bring_about(procedure, history, actor=actor, given=given)
    deadlines.open_for(procedure, history)
    effects.tell(procedure, history)
    _call_hooks(procedure, history)
    return procedure


# Taking a step


def apply_transition(
    procedure: Procedure,
    name: str,
    *,
    actor: User,
    on: date,
    at: datetime,
    document: ProvenFile | None = None,
    letter: Letter | None = None,
    appointment: Meeting | None = None,
    lawyer: User | None = None,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
    **arguments: Any,
) -> Transition:
    """Take one step of a procedure or of a small machine beside it, or raise and leave everything as it was.

    `on` is the day of the event, `at` the moment at which it is recorded; `arguments` go to the transition
    itself, `facts` (ticks and codes) into the history. Raises StateForbids (409), PermissionDenied (403),
    ValidationError with the field named (400).
    """
    given = Given(document, letter, appointment, lawyer, reason, dict(facts or {}), arguments)
    with discarding_on_error(), transaction.atomic():
        _hold_law(_rules_to_come(name, on=on, arguments=arguments))
        # Lock by key alone: FOR UPDATE refuses joins to nullable rows and DISTINCT.
        locked = Procedure.objects.select_for_update(no_key=True).get(pk=procedure.pk)
        if name not in access.ACTORS:
            raise StateForbids([_("There is no such step.")])
        if reasons := unmet_reasons(locked, name, on=on):
            raise StateForbids(reasons)
        if not access.may_take(actor, name, locked, on=timezone.localdate(at)):
            raise PermissionDenied
        checks.check(locked, name, actor=actor, on=on, at=at, given=given)
        history = carry_out(locked, name, actor=actor, on=on, at=at, given=given)
    procedure.refresh_from_db()
    return history


# With these a procedure comes under the rules that are in force on the day.
_PICKS_PACKAGE = ("lodge_application", "plan_one_day_test")


def _hold_law(packages: QuerySet[RulePackage]) -> RulePackage | None:
    """Nobody changes the rules under which a procedure comes until the step that puts it there is done.

    Held before anything else is locked: who changes the rules holds them first and then their procedures, and
    the other way round the two would wait for each other.
    """
    found = packages.first()
    return RulePackage.objects.held(found.pk) if found is not None else None


def _rules_to_come(name: str, *, on: date, arguments: Mapping[str, Any]) -> QuerySet[RulePackage]:
    """The rules under which this step puts a procedure; of most steps none."""
    if name in _PICKS_PACKAGE:
        return RulePackage.objects.in_force(on=on)
    chosen = arguments.get("package") if name == "move_to_package" else None
    return RulePackage.objects.filter(pk=chosen)


def carry_out(
    procedure: Procedure, name: str, *, actor: User, on: date, at: datetime, given: Given, quiet: bool = False
) -> Transition:
    """Change the state of a locked procedure and write everything that follows; asks nobody's right.

    A preview runs this very code and rolls it back. `quiet` for steps that follow from another one, which
    tells of both.
    """
    subject = machines.subject_of(procedure, name)
    if subject is None or (reasons := _unmet(subject, name, on=on)):
        raise StateForbids(reasons if subject is not None else [_("This step does not fit this case yet.")])
    from_state = subject.state
    getattr(subject, name)(**given.arguments)
    if name in _PICKS_PACKAGE:
        procedure.package = RulePackage.objects.in_force(on=on).get()
    subject.save()
    procedure.save()
    history = write_history(subject, name, from_state=from_state, actor=actor, on=on, at=at, given=given)
    try:
        effects.bring_about(procedure, history, actor=actor, given=given)
        for begin in beginnings.begun_by(procedure, history, given=given):
            begin(procedure, history)
        deadlines.settle(procedure, history)
        # The date of a letter for a term that runs already was taken up by the step itself.
        letter = given.letter if name != "set_letter_date" else None
        deadlines.open_for(
            procedure,
            history,
            letter_due_on=letter.due_on if letter else None,
            letter_reason=letter.reason if letter else "",
            leave_until_on=given.facts.get("leave_until_on"),
            ground=_ground_of(procedure, name, given),
            circumstances=circumstances(procedure, name, facts=given.facts),
            start_at=given.arguments.get("handed_at"),
        )
        pauses.leave_behind(procedure, history)
        effects.let_departure_wait(procedure, history)
    except LetterDecides as missing:
        field = "leave_until_on" if missing.rule.code == deadlines.DATED_APART else "letter_due_on"
        raise ValidationError({field: _("Give the last day in the letter.")}) from missing
    except NotAProcedureDay as no_day:
        raise StateForbids(
            [
                _("%(day)s is no day of the procedure: %(reason)s. The next one is %(next)s.")
                % {
                    "day": dates.long_date(no_day.on),
                    "reason": gettext(no_day.name),
                    "next": dates.long_date(no_day.next_on),
                }
            ]
        ) from no_day
    except CannotCompute as unknown:
        raise StateForbids(
            [_("A last day cannot be worked out: the calendar lacks that year. Tell an administrator.")]
        ) from unknown
    for following, arguments in effects.followed_by(procedure, history, given=given):
        if not unmet_reasons(procedure, following, on=on):
            then = Given(facts=given.facts, arguments=arguments, reason=given.reason)
            system = User.objects.system()
            carry_out(procedure, following, actor=system, on=on, at=at, given=then, quiet=True)
    if not quiet:
        effects.tell(procedure, history)
    _call_hooks(procedure, history)
    return history


def _ground_of(procedure: Procedure, name: str, given: Given) -> str:
    """The ground on which a length depends; a no-show is ground g of Vb 3.115(1) (T58)."""
    return "g" if name == "record_no_show" else str(given.arguments.get("ground") or "")


# What the clock does


def lapse_terms(*, now: datetime, limit: int = 500, case: Case | None = None) -> int:
    """Mark terms whose last moment has passed, of all cases or one, each by itself; returns how many."""
    past_due = Deadline.objects.past_due(at=now)
    if case is not None:
        past_due = past_due.filter(procedure__case=case)
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
            reminders.alarm(deadline, now=now)
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
# And note on a small machine that a term has run out: (machine, state, terms, step).
_NOTED_BY_TIME = (
    ("permit", "withdrawal_intention", ("WD-01",), "close_withdrawal_response"),
    ("family", "window_open", ("FAM-01",), "pass_family_window"),
)


def close_lapsed_steps(*, now: datetime, case: Case | None = None) -> int:
    """Close the waiting steps whose term has run out, on the day after it, in all cases or one; how many."""
    system = User.objects.system()
    only = {} if case is None else {"case": case}
    closed = 0
    for state, name in _CLOSED_BY_TIME.items():
        for procedure in _waiting_in_vain(state, today=timezone.localdate(now)).filter(**only):
            on = _day_after(procedure, guards.WAITING_TERMS[state])
            closed += _close_lapsed(procedure, name, on=on, actor=system, now=now)
    for machine, stands, codes, name in _NOTED_BY_TIME:
        waiting = _waiting_beside(machine, stands, codes, today=timezone.localdate(now))
        for procedure in waiting.filter(**only):
            on = _day_after(procedure, codes)
            closed += _close_lapsed(procedure, name, on=on, actor=system, now=now)
    return closed


def _close_lapsed(procedure: Procedure, name: str, *, on: date | None, actor: User, now: datetime) -> bool:
    if on is None or on > timezone.localdate(now) or unmet_reasons(procedure, name, on=on):
        return False
    try:
        apply_transition(procedure, name, actor=actor, on=on, at=now)
    except TransitionNotAllowed:
        return False  # somebody closed it between the look and the lock
    return True


def _waiting_in_vain(state: State, *, today: date) -> QuerySet[Procedure]:
    over = _over(guards.WAITING_TERMS[state], today=today)
    return Procedure.objects.filter(Exists(over), state=state).order_by("pk")


def _waiting_beside(machine: str, state: str, codes: tuple[str, ...], *, today: date) -> QuerySet[Procedure]:
    waiting = machines.SMALL_MACHINES[machine].objects.filter(procedure=OuterRef("pk"), state=state)
    return Procedure.objects.filter(Exists(waiting), Exists(_over(codes, today=today))).order_by("pk")


def _over(codes: tuple[str, ...], *, today: date) -> QuerySet[Deadline]:
    return Deadline.objects.filter(
        procedure=OuterRef("pk"), rule_code__in=codes, effective_due_on__lt=today
    ).exclude(state__in=[Deadline.State.CANCELLED, "suspended"])


def _day_after(procedure: Procedure, codes: tuple[str, ...]) -> date | None:
    """The day on which the waiting ended, however late a sweep comes by; never before the last step."""
    term = procedure.latest_deadline(*codes)
    if term is None:
        return None
    day_after = term.effective_due_on + timedelta(days=1)
    return max(day_after, procedure.last_event_on() or day_after)


def _call_hooks(procedure: Procedure, history: Transition) -> None:
    for path in settings.PROCEDURE_TRANSITION_HOOKS:
        import_string(path)(procedure, history)
