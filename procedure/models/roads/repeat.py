"""Repeat application (herhaalde asielaanvraag, HASA): the one-day test (C2.5, T44-T51)."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from procedure import guards
from procedure.states import Outcome, Schedule, State, Track
from procedure.steps import step

from .facts import ProcedureFacts

_NOTIFIED = {Track.REPEAT: (State.REPEAT_NOTIFIED,)}
_INCOMPLETE = {Track.REPEAT: (State.REPEAT_INCOMPLETE,)}


class RepeatSteps(ProcedureFacts):
    class Meta:
        abstract = True

    @step(
        _("Ask for what is missing"),
        source=_NOTIFIED,
        target=State.REPEAT_INCOMPLETE,
        number="T45",
    )
    def find_incomplete(self) -> None:
        """The form, an original or a translation is missing; one week to bring it (herstel verzuim)."""

    @step(
        _("Supply what was missing"),
        source=_INCOMPLETE,
        target=State.REPEAT_NOTIFIED,
        number="T46",
        conditions=[guards.something_supplied],
    )
    def complete_application(self) -> None:
        """The missing items are supplied."""

    @step(
        _("Do not take up the incomplete application"),
        source=_INCOMPLETE,
        target=State.REFUSED,
        number="T47",
        conditions=[guards.time_to_complete_over],
    )
    def refuse_incomplete(self) -> None:
        """What was missing did not come in time: the application is not treated."""
        self._decide(Outcome.DISCONTINUED)

    @step(
        _("Plan the one-day test"),
        source=_NOTIFIED,
        target=State.READY,
        number="T48",
        conditions=[guards.lawyer_assigned, guards.guardian_for_child],
    )
    def plan_one_day_test(self, *, day_one_on: date) -> None:
        """The application is complete and lodged on this day; the test gets its days."""
        self.lodged_on = self.event_on
        self.day_one_on = day_one_on

    @step(
        _("Hold the one-day test"),
        source={Track.REPEAT: (State.READY,)},
        target=State.INTERVIEW,
        number="T49",
        conditions=[guards.is_announced_day_one, guards.lawyer_assigned, guards.guardian_for_child],
    )
    def hold_one_day_test(self, *, senior_decides: bool = False) -> None:
        """Day 1: the interview and its report, or no interview for a reason."""
        self._heard(senior_decides)

    @step(
        _("Continue in six days"),
        # Also when the third day has passed without a decision (HAS-04, column "when missed").
        source={Track.REPEAT: (State.INTERVIEW, State.INTENDED_DECISION, State.DECISION)},
        target=State.ASSESSMENT,
        number="T51",
    )
    def continue_in_six_days(self) -> None:
        """The test shows new facts to examine: the days of a repeat application (Vb 3.118b(3))."""
        self.track = Track.GENERAL
        self.schedule = Schedule.REPEAT_SIX
        self.intention_issued_on = None
