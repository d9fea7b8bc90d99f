"""Time that stands still and runs again: which terms and days a pause moves, and what a pause must not be."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from asylum_portal import dates
from procedure import days, recompute
from procedure.calendars import CannotCompute
from procedure.ledger import Because, Cause, move
from procedure.models import Deadline, Procedure, Suspension, Transition

ONE_DAY = timedelta(days=1)


def start(
    procedure: Procedure,
    transition: Transition,
    *,
    ground: str,
    starts_on: date,
    ends_on: date | None = None,
    reason: str = "",
) -> Suspension:
    """Let the time of a ground stand still from this day; both days stand still, the last may be unknown."""
    pause = Suspension.objects.create(
        procedure=procedure,
        package_name=procedure.package_id,
        ground=ground,
        starts_on=starts_on,
        ends_on=ends_on,
        started_by=transition,
        reason=reason or transition.reason,
    )
    because = Because.of(transition, Cause.PAUSE, pause.reason)
    if ends_on is None:
        for deadline in reached_by(pause):
            move(deadline, because, still_since=min(starts_on, deadline.still_since or starts_on))
    else:
        _move_all(procedure, because)
    days.pause(procedure, pause)
    return pause


def finish(
    procedure: Procedure,
    transition: Transition,
    *,
    suspension: Suspension | str,
    resumes_on: date,
    reason: str = "",
) -> Suspension:
    """Let the time run again: `resumes_on` is the first day that counts after the pause."""
    pause = find(procedure, suspension)
    assert pause is not None, "only a pause without an end is ended"
    pause.ends_on, pause.ended_by = resumes_on - ONE_DAY, transition
    pause.save(update_fields=["ends_on", "ended_by"])
    _move_all(procedure, Because.of(transition, Cause.RESUMED, reason))
    days.resume(procedure, pause)
    return pause


def start_if_any(
    procedure: Procedure, transition: Transition, *, ground: str, reason: str = ""
) -> Suspension | None:
    """A step lets the time stand still until further notice, its own day included; once is enough.

    None where the package has no such ground. What is opened during the pause stands still too.
    """
    if ground not in procedure.package.law.suspensions or standing(procedure).filter(ground=ground).exists():
        return None
    return start(procedure, transition, ground=ground, starts_on=transition.on, reason=reason)


def finish_ground(
    procedure: Procedure, transition: Transition, *, ground: str, resumes_on: date | None = None
) -> Suspension | None:
    """A step lets the time of a ground run again, from its own day on unless it tells another one.

    None where it did not stand still.
    """
    pause = standing(procedure).filter(ground=ground).first()
    if pause is None:
        return None
    resumes_on = max(resumes_on or transition.on, pause.starts_on)
    return finish(procedure, transition, suspension=pause, resumes_on=resumes_on)


# After these nothing of the general procedure's days is left that could stand still.
_LEAVE_THE_DAYS = frozenset({"refer_to_extended", "refer_to_dublin"})


def leave_behind(procedure: Procedure, transition: Transition) -> None:
    """End the pauses in which no term stands still any more: it was decided, or the days were left."""
    if procedure.is_open and transition.name not in _LEAVE_THE_DAYS:
        return
    running = set(procedure.deadlines.running().values_list("rule_code", flat=True))
    for pause in standing(procedure):
        if not any(pause.concerns(code, pause.law) for code in running):
            pause.ends_on, pause.ended_by = transition.on - ONE_DAY, transition
            pause.save(update_fields=["ends_on", "ended_by"])


def _move_all(procedure: Procedure, because: Because) -> None:
    """Bring every running term to its date, those that wait for a pause without an end apart."""
    waiting = list(standing(procedure))
    for again in recompute.work_out(procedure):
        deadline = again.deadline
        # By the date that it has now: of two pauses one has just made it longer, and the other goes on.
        if found := _pauses_on(deadline, waiting, due_on=again.due_on):
            _wait_since(deadline, min(pause.starts_on for pause in found), because)
            continue
        deadline.letter_due_on = again.letter_due_on
        move(deadline, because, term=again.term)


def _wait_since(deadline: Deadline, since: date, because: Because) -> None:
    """A term that stands still goes on doing so, from now on by the pauses that are left."""
    if deadline.still_since != since:
        move(deadline, because, still_since=since)


def standing(procedure: Procedure) -> QuerySet[Suspension]:
    """The pauses of this procedure whose last day is not known."""
    return procedure.suspensions.standing()


def since_when(procedure: Procedure, deadline: Deadline) -> date | None:
    """Since which day this term stands still, by a pause whose end is not known; None when it runs."""
    found = _pauses_on(deadline, standing(procedure), due_on=deadline.effective_due_on)
    return min((pause.starts_on for pause in found), default=None)


def _pauses_on(deadline: Deadline, pauses: Iterable[Suspension], *, due_on: date | None) -> list[Suspension]:
    """Those of these pauses that reach this term: it was not over when they began.

    `due_on` is its last day; none while it stands still, when it is never over.
    """
    law = deadline.law
    codes = (deadline.rule_code, *recompute.bases_of(deadline.rule_code, law))
    return [
        pause
        for pause in pauses
        if (due_on is None or pause.starts_on <= due_on)
        and (pause.ends_on is None or pause.ends_on > recompute.first_start(deadline))
        and any(pause.concerns(code, law) for code in codes)
    ]


def reached_by(pause: Suspension) -> list[Deadline]:
    """The running terms that stand still from the first day of this pause on."""
    running = pause.procedure.deadlines.running().order_by("due_at")
    found = []
    for deadline in running:
        deadline.procedure = pause.procedure
        if _pauses_on(deadline, [pause], due_on=deadline.shown_on):
            found.append(deadline)
    return found


# What a pause must not be


def grounds_open_to_pause(procedure: Procedure) -> dict[str, str]:
    """The grounds of the package on which a term that runs here can stand still, with their titles."""
    running = set(procedure.deadlines.running().values_list("rule_code", flat=True))
    grounds = procedure.package.law.suspensions
    return {code: _(row.title) for code, row in grounds.items() if running & set(row.rules)}


def check(
    procedure: Procedure, *, ground: str, starts_on: date | None, ends_on: date | None, on: date
) -> dict[str, Any]:
    """What is wrong with a pause that begins by a step on this day: the field, and why."""
    law = procedure.package.law
    if ground not in law.suspensions:
        return {"ground": _("Choose the ground of the pause.")}
    if starts_on is None:
        return {"starts_on": _("Give the first day that stands still.")}
    errors: dict[str, Any] = {}
    if ends_on is not None and ends_on < starts_on:
        errors["ends_on"] = _("The pause ends before it starts. It starts on %(day)s.") % {
            "day": dates.long_date(starts_on)
        }
    if starts_on < procedure.wish_expressed_on:
        errors["starts_on"] = _("The procedure began on %(day)s. A pause cannot start before it.") % {
            "day": dates.long_date(procedure.wish_expressed_on)
        }
    elif ends_on is None and starts_on > on:
        errors["starts_on"] = _(
            "Time can stand still until further notice from today on, not from a later day."
        )
    if other := _overlapping(procedure, ground=ground, starts_on=starts_on, ends_on=ends_on):
        errors.setdefault("starts_on", _in_the_way(other))
    if ground not in grounds_open_to_pause(procedure):
        errors["ground"] = _("No term that could stand still on this ground is running now.")
    if errors:
        return errors
    return _check_effect(procedure, ground=ground, starts_on=starts_on, ends_on=ends_on)


def check_end(procedure: Procedure, *, suspension: Any, resumes_on: date | None) -> dict[str, Any]:
    """What is wrong with this first day after a pause that stands still now: the field, and why."""
    pause = find(procedure, suspension)
    if pause is None:
        return {"suspension": _("Choose the pause that ends.")}
    if resumes_on is None:
        return {"resumes_on": _("Give the first day that counts again.")}
    if resumes_on < pause.starts_on:
        return {
            "resumes_on": _("The pause ends before it starts. It starts on %(day)s.")
            % {"day": dates.long_date(pause.starts_on)}
        }
    errors = _check_effect(
        procedure,
        ground=pause.ground,
        starts_on=pause.starts_on,
        ends_on=resumes_on - ONE_DAY,
        instead_of=pause,
    )
    return {"resumes_on": next(iter(errors.values()))} if errors else {}


def find(procedure: Procedure, named: Any) -> Suspension | None:
    """The pause of this procedure that stands still now, named by itself or by its id."""
    wanted = str(getattr(named, "pk", named))
    return next((pause for pause in standing(procedure) if str(pause.pk) == wanted), None)


def _overlapping(
    procedure: Procedure, *, ground: str, starts_on: date, ends_on: date | None
) -> Suspension | None:
    """Another pause on these days that lets one of the same terms stand still."""
    law = procedure.package.law
    rules = law.suspensions[ground].rules
    for pause in procedure.suspensions.all():
        shares = any(pause.concerns(code, law) for code in rules)
        begins_before_end = ends_on is None or pause.starts_on <= ends_on
        ends_after_start = pause.ends_on is None or pause.ends_on >= starts_on
        if shares and begins_before_end and ends_after_start:
            return pause
    return None


def _in_the_way(pause: Suspension) -> str:
    named = {"ground": pause.title, "first": dates.long_date(pause.starts_on)}
    if pause.ends_on is None:
        return _("The time stands still already: %(ground)s, since %(first)s.") % named
    named["last"] = dates.long_date(pause.ends_on)
    return _("The time stands still on these days already: %(ground)s, %(first)s to %(last)s.") % named


def _check_effect(
    procedure: Procedure,
    *,
    ground: str,
    starts_on: date,
    ends_on: date | None,
    instead_of: Suspension | None = None,
) -> dict[str, Any]:
    """The pause reaches a term, and the dates after it can be worked out."""
    tried = Suspension(
        procedure=procedure,
        package_name=procedure.package_id,
        ground=ground,
        starts_on=starts_on,
        ends_on=ends_on,
        started_by_id=_NEWEST,
    )
    if instead_of is None and not reached_by(tried):
        return {"starts_on": _("No term that could stand still on this ground runs on these days.")}
    if ends_on is None:
        return {}
    others = [pause for pause in procedure.suspensions.all() if pause != instead_of]
    try:
        recompute.work_out(procedure, suspensions=[*others, tried])
    except CannotCompute:
        return {"ends_on": _("The calendar has no data for that time. Ask an administrator to add the year.")}
    return {}


# Greater than the number of any step: a pause that is only tried begins after every letter.
_NEWEST = 2**62
