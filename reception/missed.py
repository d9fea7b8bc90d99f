"""What missed reports bring: two terms to get in touch and work for people. Nothing is decided (C6.4)."""

from datetime import datetime

from django.utils import timezone

from asylum_portal.accounts.models import Role, User
from cases.actions import end_involvement, involve
from procedure.steps import fits
from reception.machine import advance
from reception.models import Reception, ReportingSlot
from reception.reminders import is_second_in_a_row

State = ReportingSlot.State
FIRST, SECOND = "REP-03", "REP-02"
# Why the police may open the case; a part that it has for another reason stays when this one ends.
_WHY_POLICE = "missed reports"


def note(reception: Reception | None, slot: ReportingSlot, *, now: datetime) -> None:
    """A report was missed: the term counts from it; with the second in a row the police is asked to look too.

    `reception` comes with its procedure locked; None where somebody lives at a centre without one.
    """
    if reception is None or not fits(reception, "miss_report"):
        return
    system = User.objects.system()
    running = _running(reception)
    if not is_second_in_a_row(slot):
        advance(reception, "miss_report", actor=system, on=slot.on, at=now)
    elif SECOND not in running:
        advance(reception, "miss_report_again", actor=system, on=slot.on, at=now)
        involve(
            reception.procedure.case,
            role=Role.POLICE,
            starts_on=timezone.localdate(now),
            actor=system,
            at=now,
            reason=_WHY_POLICE,
        )


def put_right(reception: Reception | None, name: str, *, actor: User, at: datetime) -> None:
    """Seen again, or a missed report excused: the terms end; one still missed counts from its own day."""
    if reception is None or not fits(reception, name) or not _running(reception):
        return
    advance(reception, name, actor=actor, on=timezone.localdate(at), at=at)
    case = reception.procedure.case
    police = case.involvements.filter(role=Role.POLICE, ends_on=None).first()
    if police is not None and police.reason == _WHY_POLICE:
        end_involvement(case, role=Role.POLICE, on=timezone.localdate(at), actor=actor, at=at)
    last = _last_due(reception)
    if last is not None and last.state == State.MISSED:
        note(reception, last, now=at)


def _running(reception: Reception) -> set[str]:
    terms = reception.procedure.deadlines.running().filter(rule_code__in=[FIRST, SECOND])
    return set(terms.values_list("rule_code", flat=True))


def _last_due(reception: Reception) -> ReportingSlot | None:
    """The last report that was seen or missed; who had a good reason not to come has missed none."""
    slots = ReportingSlot.objects.of(reception.applicant).filter(state__in=[State.REPORTED, State.MISSED])
    return slots.order_by("-on").first()
