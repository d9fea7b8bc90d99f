"""What can happen on every road: a lawyer comes, time stands still or is given, the rules change."""

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from procedure import guards
from procedure.states import OPEN, OUTCOMES, Hold, State
from procedure.steps import step

from .facts import ProcedureFacts

if TYPE_CHECKING:
    from ..suspension import SuspensionQuerySet

_NOT_CLOSED = (*OPEN, *OUTCOMES)
_ANYWHERE = (*_NOT_CLOSED, State.CLOSED)
# Who did not come must explain: that hold ends with the explanation (T59), not with the pause.
_HELD_BY_PAUSE = (Hold.HEALTH, Hold.MORATORIUM)


class AcrossSteps(ProcedureFacts):
    if TYPE_CHECKING:
        suspensions: SuspensionQuerySet

    class Meta:
        abstract = True

    @step(
        _("Assign a lawyer"),
        # Also of a closed case: whoever may lose the permit needs a lawyer (R10).
        source=_ANYWHERE,
        target=None,
        number="T65",
        conditions=[guards.no_lawyer_yet],
    )
    def assign_lawyer(self) -> None:
        """A lawyer receives the mandate."""

    @step(
        _("Change the lawyer"),
        source=_ANYWHERE,
        target=None,
        number="T66",
        conditions=[guards.lawyer_assigned],
    )
    def change_lawyer(self) -> None:
        """Another lawyer takes over; the access of the old one ends at the end of the day."""

    @step(
        _("Give notice of default"),
        source=OPEN,
        target=None,
        number="DEF-01",
        conditions=[guards.decision_late],
    )
    def give_notice_of_default(self) -> None:
        """The service is late: two weeks more, then the court can be asked (ingebrekestelling)."""

    @step(_("Let the time stand still"), source=_NOT_CLOSED, target=None, number="DL~")
    def pause(self, *, ground: str, starts_on: date, ends_on: date | None = None) -> None:
        """A pause on a ground of the rule package; terms that it names stand still."""
        # With an end that is known nobody has to say that it is over.
        if ground in Hold.values and ends_on is None:
            self.hold = ground

    @step(
        _("Let the time run again"),
        source=_NOT_CLOSED,
        target=None,
        number="DL~",
        conditions=[guards.time_stands_still],
    )
    def resume(self, *, suspension: str, resumes_on: date) -> None:
        """The pause ends; the terms get their new last days. Another one that still stands goes on."""
        ended = self.suspensions.filter(pk=suspension).first()
        if ended is not None and self.hold == ended.ground and self.hold in _HELD_BY_PAUSE:
            others = self.suspensions.standing().filter(ground__in=_HELD_BY_PAUSE).exclude(pk=ended.pk)
            self.hold = others.values_list("ground", flat=True).first() or Hold.NONE

    @step(
        _("Give more time"),
        source=_ANYWHERE,
        target=None,
        number="C3",
        conditions=[guards.a_term_can_be_extended],
    )
    def extend_term(
        self,
        *,
        term: str,
        until: date,
        ground: str = "",
        obstacle_ended_on: date | None = None,
        proof: str = "",
    ) -> None:
        """A term gets a later last day, on a ground and within the limit of the rule package."""

    @step(
        _("Enter the date of the letter"),
        source=_ANYWHERE,
        target=None,
        number="C0.2",
        conditions=[guards.a_term_runs],
    )
    def set_letter_date(self, *, term: str) -> None:
        """The last day that the official letter gives goes before the computed one."""

    @step(
        _("Put the case under other rules"),
        source=_NOT_CLOSED,
        target=None,
        number="C10",
        conditions=[guards.another_package],
    )
    def move_to_package(self, *, package: str) -> None:
        """The running terms are closed and opened anew under another published rule package."""
