"""How a procedure ends: a permit, a refusal, closing; and how it comes back from the court."""

from django.utils.translation import gettext_lazy as _

from procedure import guards
from procedure.states import AWAY_FROM_BORDER, OUTCOMES, Schedule, State, Track
from procedure.steps import step

from .facts import ProcedureFacts

_ASSESSED = (State.ASSESSMENT, State.INTENDED_DECISION, State.DECISION)
_DECIDES = (State.INTENDED_DECISION, State.DECISION)


class OutcomeSteps(ProcedureFacts):
    class Meta:
        abstract = True

    @step(
        _("Grant the permit"),
        source={
            Track.GENERAL: _ASSESSED,
            Track.EXTENDED: _ASSESSED,
            Track.ACCELERATED: (State.INTERVIEW, *_DECIDES),
            Track.REPEAT: (State.INTERVIEW, State.DECISION),
            Track.ADMISSIBILITY: (State.ASSESSMENT, State.DECISION),
        },
        target=State.GRANTED,
        number="T14, T27, T42, T55",
    )
    def grant(self, *, outcome: str) -> None:
        """The permit is granted and the decision made known."""
        self._decide(outcome)

    @step(
        _("Refuse the application"),
        source={
            **dict.fromkeys((Track.GENERAL, Track.EXTENDED, Track.ACCELERATED, Track.REPEAT), _DECIDES),
            Track.ADMISSIBILITY: (State.DECISION,),
        },
        target=State.REFUSED,
        number="T19, T28, T43, T54",
        conditions=[guards.intention_issued, guards.response_in_or_over, guards.last_day_not_over],
    )
    def refuse(self, *, outcome: str) -> None:
        """The application is refused and the decision made known."""
        self._decide(outcome)

    @step(
        _("Reopen after the judgment"),
        source=State.REFUSED,
        target=State.ASSESSMENT,
        number="T63",
        conditions=[guards.decision_annulled, guards.no_other_application],
    )
    def reopen_after_annulment(self) -> None:
        """The court annulled the decision: the service decides anew, in the extended procedure."""
        # A law without an extended procedure decides anew in the standard one.
        tracks = self.package.law.graph.tracks
        self.track = Track.EXTENDED if Track.EXTENDED in tracks else Track.GENERAL
        self._undo_decision()
        # Whoever was refused at the border is no longer treated there.
        self.border = False
        self.schedule = AWAY_FROM_BORDER.get(Schedule(self.schedule), self.schedule)

    @step(
        _("Close the case"),
        source=OUTCOMES,
        target=State.CLOSED,
        number="T64",
        conditions=[
            guards.appeal_window_over,
            guards.no_open_appeal,
            guards.no_open_permit_work,
            guards.no_open_family_request,
            guards.no_open_return,
            guards.nobody_held_at_border,
        ],
    )
    def close(self) -> None:
        """Nothing is left to do."""
