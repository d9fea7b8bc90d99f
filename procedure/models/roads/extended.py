"""The extended procedure (verlengde asielprocedure, C2.3)."""

from django.utils.translation import gettext_lazy as _

from procedure import guards
from procedure.states import GENERAL_STEPS, State, Track
from procedure.steps import step

from .facts import ProcedureFacts

_INVESTIGATION = {Track.EXTENDED: (State.EXTENDED_INVESTIGATION,)}


class ExtendedSteps(ProcedureFacts):
    class Meta:
        abstract = True

    @step(
        _("Refer to the extended procedure"),
        source={
            Track.GENERAL: GENERAL_STEPS,
            # Also when the third day has passed without a decision (HAS-04, column "when missed").
            Track.REPEAT: (State.INTERVIEW, State.INTENDED_DECISION, State.DECISION),
        },
        target=State.EXTENDED_INVESTIGATION,
        number="T16, T52",
    )
    def refer_to_extended(self) -> None:
        """The decision needs more time than the days of the procedure (Vb 3.116)."""
        self.track = Track.EXTENDED

    @step(
        _("Plan an extra interview"),
        source=_INVESTIGATION,
        target=None,
        number="T21",
        conditions=[guards.lawyer_assigned],
    )
    def plan_extended_interview(self) -> None:
        """An extra interview in the extended procedure is planned."""

    @step(
        _("Close the extra interview"),
        source=_INVESTIGATION,
        target=State.CORRECTIONS,
        number="T22",
    )
    def close_extended_interview(self, *, senior_decides: bool = False) -> None:
        """The report of the extra interview is sent; two weeks for comments."""
        self._heard(senior_decides)

    @step(
        _("Go on without an extra interview"),
        source=_INVESTIGATION,
        target=State.ASSESSMENT,
        number="T24",
        conditions=[guards.interview_held],
    )
    def skip_extended_interview(self) -> None:
        """The interview was held already."""
