"""The ledger of dates: the one place where the last day of a term changes, and the row that says so."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Self

from asylum_portal.accounts.models import User
from asylum_portal.notices.actions import suppress
from procedure.legal_time import AMSTERDAM
from procedure.models import Amendment, DateChange, Deadline, Transition
from procedure.reminders import schedule_reminder
from procedure.terms import Term

Cause = DateChange.Cause


@dataclass(frozen=True)
class Because:
    """Why a date changes, by whom and when; `transition` or `amendment` is what did it."""

    cause: DateChange.Cause
    by: User
    at: datetime
    reason: str = ""
    transition: Transition | None = None
    amendment: Amendment | None = None

    @classmethod
    def of(cls, transition: Transition, cause: DateChange.Cause, reason: str = "") -> Self:
        """A step did it, for the reason given here or with the step."""
        return cls(
            cause=cause,
            by=transition.actor,
            at=transition.at,
            reason=reason or transition.reason,
            transition=transition,
        )


DONE = (Deadline.State.MET, Deadline.State.LATE, Deadline.State.CANCELLED)


def move(
    deadline: Deadline, because: Because, *, term: Term | None = None, still_since: date | None = None
) -> DateChange | None:
    """Bring a term to the date that holds for it now and write the row; None when it has that date already.

    `term` is what the law computes now; the letter's date, which goes before it, stands on the deadline.
    `still_since` lets the time stand still; without it the term runs, or has lapsed when its end is over.
    """
    before = deadline.shown_on
    if term is not None:
        take_over(deadline, term)
    deadline.effective_due_on, deadline.due_at = _end_now(deadline)
    deadline.still_since = still_since
    if deadline.state in DONE:
        pass  # a longer time for what has been done already is written down and reopens nothing
    elif still_since is not None:
        deadline.state = Deadline.State.SUSPENDED
    elif deadline.state != Deadline.State.OPEN:
        over = deadline.due_at < because.at and not deadline.soft
        deadline.state = Deadline.State.LAPSED if over else Deadline.State.OPEN
        if not over:
            deadline.settled_at = None
    if deadline.shown_on == before:
        deadline.save()
        return None
    schedule_reminder(deadline, after=because.at)
    deadline.save()
    suppress(about=f"deadline:{deadline.pk}", reason="the term has another last day", now=because.at)
    return enter(deadline, because, from_on=before)


def enter(deadline: Deadline, because: Because, *, from_on: date | None) -> DateChange:
    """Write the row of the ledger."""
    return DateChange.objects.create(
        deadline=deadline,
        at=because.at,
        by=because.by,
        by_role=because.by.role,
        from_on=from_on,
        to_on=deadline.shown_on,
        cause=because.cause,
        reason=because.reason,
        transition=because.transition,
        amendment=because.amendment,
    )


def take_over(deadline: Deadline, term: Term) -> None:
    """Put what the law computes on the row; the caller saves."""
    deadline.started_on = term.start.date() if isinstance(term.start, datetime) else term.start
    deadline.computed_due_on = term.due_on
    deadline.derivation = term.as_json()
    deadline.source = term.source
    deadline.confidence = term.confidence


def end_of(day: date) -> datetime:
    """The last second of a day in Amsterdam."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=AMSTERDAM)


def _end_now(deadline: Deadline) -> tuple[date, datetime]:
    if deadline.letter_due_on is not None:
        return deadline.letter_due_on, end_of(deadline.letter_due_on)
    assert deadline.computed_due_on is not None, "the letter or the law gives a date"
    return deadline.computed_due_on, datetime.fromisoformat(deadline.derivation["due_at"])
