"""The days of the general procedure (C2.2), and the steps that other tracks share with it."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from procedure import guards
from procedure.states import GENERAL_STEPS, State, Track
from procedure.steps import step

from .facts import ProcedureFacts

# Where an intended decision is written: after the assessment, or at once after a single interview.
WRITES_INTENTION = {
    Track.GENERAL: (State.ASSESSMENT,),
    Track.EXTENDED: (State.ASSESSMENT,),
    Track.ACCELERATED: (State.INTERVIEW,),
    Track.REPEAT: (State.INTERVIEW,),
}
HAS_INTENTION = (Track.GENERAL, Track.EXTENDED, Track.DUBLIN, Track.ACCELERATED, Track.REPEAT)


class GeneralSteps(ProcedureFacts):
    class Meta:
        abstract = True

    @step(
        _("Start the general procedure"),
        source={Track.GENERAL: (State.READY,)},
        target=State.INTERVIEW,
        number="T11",
        conditions=[guards.is_announced_day_one, guards.lawyer_assigned, guards.guardian_for_child],
    )
    def start_general_procedure(self) -> None:
        """Day 1: the detailed interview begins (nader gehoor)."""

    @step(
        _("Close the detailed interview"),
        source={Track.GENERAL: (State.INTERVIEW,), Track.ADMISSIBILITY: (State.INTERVIEW,)},
        target=State.CORRECTIONS,
        number="T12",
    )
    def close_interview(self, *, senior_decides: bool = False) -> None:
        """The report of the interview is given; the time for corrections runs."""
        self._heard(senior_decides)

    @step(
        _("Close the corrections"),
        source=dict.fromkeys((Track.GENERAL, Track.EXTENDED, Track.ADMISSIBILITY), (State.CORRECTIONS,)),
        target=State.ASSESSMENT,
        number="T13, T23",
        conditions=[guards.corrections_in_or_over],
    )
    def close_corrections(self) -> None:
        """Corrections and additions are in, or their time is over."""

    @step(
        _("Send the intended decision"),
        source=WRITES_INTENTION,
        target=State.INTENDED_DECISION,
        number="T15, T25, T39, T50",
        conditions=[
            guards.outcome_day_reached,
            guards.outcome_day_not_over,
            guards.test_day_not_over,
            guards.report_of_single_interview,
        ],
    )
    def issue_intended_decision(self, *, detained: bool = False) -> None:
        """The service intends to refuse and says why (voornemen); the time for a response runs."""
        self.intention_issued_on = self.event_on
        # Asked each time: whoever was released since the last one has the longer time to respond.
        self.detained = detained

    @step(
        _("Prepare the decision without an intended decision"),
        source=State.ASSESSMENT,
        target=State.DECISION,
        number="C10",
    )
    def decide_without_intention(self) -> None:
        """The draft law of June 2026 no longer has the intended decision as a standard step."""

    @step(
        _("Close the response"),
        source=dict.fromkeys(HAS_INTENTION, (State.INTENDED_DECISION,)),
        target=State.DECISION,
        number="T18, T26, T34, T40, T53",
        conditions=[guards.response_in_or_over],
    )
    def close_response(self) -> None:
        """The response (zienswijze) is in, or its time is over."""

    @step(
        _("Send a new intended decision"),
        source=dict.fromkeys(HAS_INTENTION, (State.DECISION,)),
        target=State.INTENDED_DECISION,
        number="T20",
        conditions=[guards.intention_issued, guards.last_day_not_over],
    )
    def reconsider(self, *, detained: bool = False) -> None:
        """New facts after the intended decision: a new one, and a new time for a response (Vb 3.119)."""
        self.intention_issued_on = self.event_on
        self.detained = detained

    @step(
        _("Extend the general procedure"),
        source={Track.GENERAL: GENERAL_STEPS},
        target=None,
        number="T17",
        conditions=[guards.not_yet_extended, guards.not_overrun],
    )
    def extend_general_procedure(self, *, ground: str) -> None:
        """Later extension on one of the grounds a-g (Vb 3.115(1)), in writing and with an end date."""

    @step(
        _("Give more time for the response"),
        source={
            track: (State.INTENDED_DECISION,)
            for track in (Track.GENERAL, Track.EXTENDED, Track.DUBLIN, Track.ACCELERATED)
        },
        target=None,
        number="T30",
        conditions=[guards.not_detained_for_transfer, guards.response_term_can_be_extended],
    )
    def extend_response_term(
        self, *, until: date, ground: str, obstacle_ended_on: date | None = None, proof: str = ""
    ) -> None:
        """The lawyer asked for more time on one of the grounds of the policy (Vc C1/2.10)."""

    @step(
        _("Extend the decision period"),
        source={
            Track.GENERAL: (State.READY, *GENERAL_STEPS),
            Track.EXTENDED: (State.EXTENDED_INVESTIGATION, *GENERAL_STEPS[1:]),
        },
        target=None,
        number="T29",
        conditions=[guards.decision_period_runs],
    )
    def extend_decision_period(self, *, ground: str) -> None:
        """More than six months to decide, on a ground of art. 42(4) or (5) Vw."""
