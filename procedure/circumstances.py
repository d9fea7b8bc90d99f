"""What the rule package asks of a procedure: circumstances that hold, days from which terms count."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from procedure import machines
from procedure.models import Procedure
from procedure.rule_rows import StartFact
from procedure.states import ONE_WEEK_OUTCOMES, Outcome, Track

# In the others the appeal itself lets the person wait for the court (model C5.4).
_NOT_SUSPENSIVE = (
    Outcome.NOT_CONSIDERED,
    Outcome.INADMISSIBLE,
    Outcome.MANIFESTLY_UNFOUNDED,
    Outcome.DISCONTINUED,
)
# Tracks with days of their own: decided within them, one week for the appeal (model C5.3).
_WITH_DAYS = (Track.GENERAL, Track.REPEAT)
_GIVES_TIME_TO_LEAVE = ("refuse", "discontinue", "refuse_incomplete", "confirm_withdrawal", "withdraw_permit")
_RULINGS = ("record_provisional_ruling", "record_ruling", "record_higher_ruling")


def circumstances(
    procedure: Procedure, name: str, *, facts: Mapping[str, Any] | None = None
) -> frozenset[str]:
    """Which of the package's circumstances hold after this step; ask when it has changed its subject."""
    facts = facts or {}
    appeal = machines.current(procedure, "appeal")
    one_week = appeal.one_week if appeal is not None and not _decides(name) else is_one_week_case(procedure)
    suspensive = is_suspensive(procedure, exception=bool(facts.get("suspensive_exception")))
    decided = bool(procedure.outcome)
    found = {
        "border": procedure.border,
        "detained": procedure.detained,
        "hit": procedure.hit,
        "take_back_with_hit": procedure.take_back_with_hit,
        "other_authority": procedure.other_authority,
        "one_week_appeal": one_week,
        "decided": decided,
        "suspensive": decided and suspensive,
        "not_suspensive": decided and not suspensive,
        "no_time_to_leave": name == "start_departure_term" and not _has_time_to_leave(procedure),
        "leaves_at_once": bool(facts.get("leave_at_once")) or _left_at_once_before(procedure, name),
        "departure_days": bool(facts.get("leave_until_on")) or _names_days_again(procedure, name),
        "advice": bool(facts.get("third_party_advice")),
        "after_days": decided and not decided_within_days(procedure),
        "continued_beyond_days": procedure.border and procedure.track == Track.EXTENDED,
        "transfer_stayed": bool(appeal is not None and appeal.provisional_granted),
        "remainder": not procedure.package.law.values.get("departure_term_restarts", True),
    }
    return frozenset(circumstance for circumstance, holds in found.items() if holds)


def _has_time_to_leave(procedure: Procedure) -> bool:
    return procedure.deadlines.running().filter(rule_code="RET-01").exists()


def _left_at_once_before(procedure: Procedure, name: str) -> bool:
    """No time to leave was given, and none begins when the court has ruled."""
    track = machines.current(procedure, "return") if name == "resume_departure_term" else None
    return track is not None and track.leaves_at_once


def _names_days_again(procedure: Procedure, name: str) -> bool:
    """The time to leave that begins again after the court is the one that the decision named."""
    return name == "resume_departure_term" and time_to_leave(procedure) is not None


def time_to_leave(procedure: Procedure) -> timedelta | None:
    """How long the newest decision gave when it named the last day itself (Vw 62(2)); None if it did not."""
    decision = procedure.transitions.filter(name__in=_GIVES_TIME_TO_LEAVE).order_by("-id").first()
    named = decision.inputs.get("leave_until_on") if decision is not None else None
    return date.fromisoformat(named) - decision.on if decision is not None and named else None


def _decides(name: str) -> bool:
    return name in ("refuse", "decide_not_to_consider", "discontinue", "refuse_incomplete")


def decided_within_days(procedure: Procedure) -> bool:
    """Was the decision made within the days of the procedure, the border measure included?"""
    return procedure.decided_in_track in _WITH_DAYS or procedure.border


def is_one_week_case(procedure: Procedure) -> bool:
    """Model C5.3 and Vw 69(2): by the outcome, or decided within the days."""
    if not procedure.outcome:
        return False
    return procedure.outcome in ONE_WEEK_OUTCOMES or decided_within_days(procedure)


def is_suspensive(procedure: Procedure, *, exception: bool = False) -> bool:
    """Model C5.4 and Vw 82: may the person wait for the court? Exceptions are 30a(1)(c) and 30b(1)(h)."""
    return exception or procedure.outcome not in _NOT_SUSPENSIVE


def start_facts(procedure: Procedure) -> dict[str, date | None]:
    """The days of a procedure from which its terms can count, as far as they are known."""
    permit = machines.current(procedure, "permit")
    return {
        StartFact.LODGED_ON: procedure.lodged_on,
        StartFact.APPLICATION_PHASE_ENDED_ON: procedure.application_phase_ended_on,
        StartFact.DAY_ONE_ON: procedure.day_one_on,
        StartFact.HIT_ON: (procedure.hit and _entered(procedure, "refer_to_dublin", "hit_on"))
        or procedure.lodged_on,
        StartFact.RESPONSIBLE_ON: procedure.responsible_on,
        StartFact.CLAIM_SENT_ON: _day_of(procedure, "send_claim"),
        StartFact.ACCEPTED_ON: _accepted_on(procedure),
        StartFact.RULING_ON: _ruled_on(procedure),
        StartFact.PERMIT_FROM_ON: permit.valid_from if permit else None,
        StartFact.PERMIT_UNTIL_ON: permit.valid_until if permit else None,
    }


def _accepted_on(procedure: Procedure) -> date | None:
    """The day that was entered; without an answer the day after the other country's time (DUB-02)."""
    accepted = procedure.transitions.filter(name="accept_claim").order_by("-id").first()
    if accepted is None:
        return None
    if entered := _entered(procedure, "accept_claim", "accepted_on"):
        return entered
    answer = procedure.latest_deadline("DUB-02") if accepted.inputs.get("by_default") else None
    return answer.effective_due_on + timedelta(days=1) if answer else accepted.on


def _ruled_on(procedure: Procedure) -> date | None:
    """The day of the newest ruling on the decision that is before the court, in whichever instance."""
    appeal = machines.current(procedure, "appeal")
    if appeal is None:
        return None
    rulings = procedure.transitions.filter(machine="appeal", subject_id=appeal.pk, name__in=_RULINGS)
    return rulings.order_by("-id").values_list("on", flat=True).first()


def _day_of(procedure: Procedure, name: str) -> date | None:
    """The day of the last step of this name."""
    return procedure.transitions.filter(name=name).order_by("-id").values_list("on", flat=True).first()


def _entered(procedure: Procedure, name: str, fact: str) -> date | None:
    """A day that was entered with the last step of this name."""
    taken = procedure.transitions.filter(name=name).order_by("-id").first()
    entered = taken.inputs.get(fact) if taken is not None else None
    return date.fromisoformat(entered) if entered else None
