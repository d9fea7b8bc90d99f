"""Withdrawing, not coming, and stopping an application (C2.6, T56-T62)."""

from django.utils.translation import gettext_lazy as _

from procedure import guards
from procedure.states import (
    BEFORE_ANY_OUTCOME,
    GENERAL_STEPS,
    OPEN,
    Hold,
    Outcome,
    State,
    Track,
)
from procedure.steps import back_to, step

from .facts import ProcedureFacts

# "Any AA, VA, Dublin, accelerated or repeat state" (T58): from the day on which the person is expected.
_EXPECTED = {
    Track.GENERAL: (State.READY, *GENERAL_STEPS),
    Track.EXTENDED: (State.EXTENDED_INVESTIGATION, *GENERAL_STEPS[1:]),
    Track.DUBLIN: (State.INTERVIEW, State.CLAIM, State.INTENDED_DECISION, State.DECISION),
    Track.ACCELERATED: (State.INTERVIEW, State.INTENDED_DECISION, State.DECISION),
    Track.REPEAT: (
        State.REPEAT_NOTIFIED,
        State.REPEAT_INCOMPLETE,
        State.READY,
        State.INTERVIEW,
        State.INTENDED_DECISION,
        State.DECISION,
    ),
}


class StoppingSteps(ProcedureFacts):
    class Meta:
        abstract = True

    @step(
        _("Ask to withdraw the application"),
        source=OPEN,
        target=None,
        number="T56",
        conditions=[guards.withdrawal_not_requested],
    )
    def request_withdrawal(self) -> None:
        """The applicant asks to withdraw; she may take this back until it is confirmed."""
        self.withdrawal_requested_on = self.event_on

    @step(
        _("Take back the request to withdraw"),
        source=OPEN,
        target=None,
        number="T56",
        conditions=[guards.withdrawal_requested],
    )
    def retract_withdrawal(self) -> None:
        """The applicant goes on with the application after all."""
        self.withdrawal_requested_on = None

    @step(
        _("Confirm the withdrawal"),
        source=OPEN,
        target=State.WITHDRAWN,
        number="T57",
        conditions=[guards.withdrawal_requested],
    )
    def confirm_withdrawal(self) -> None:
        """The application is withdrawn."""
        self._decide(Outcome.WITHDRAWN)

    @step(
        _("Record that the person did not come"),
        source=_EXPECTED,
        target=None,
        number="T58",
        conditions=[guards.not_on_hold],
    )
    def record_no_show(self) -> None:
        """The person did not come or has disappeared; two weeks to explain (Vw 30c)."""
        self.hold = Hold.NO_SHOW

    @step(
        _("Accept the explanation"),
        source=BEFORE_ANY_OUTCOME,
        target=None,
        number="T59",
        conditions=[guards.waits_for_explanation],
    )
    def accept_explanation(self) -> None:
        """The reason is accepted and the procedure goes on."""
        self.hold = Hold.NONE

    @step(
        _("Announce that the application may be stopped"),
        source=BEFORE_ANY_OUTCOME,
        target=State.DISCONTINUATION,
        number="T60",
        conditions=[guards.on_hold],
    )
    def intend_to_discontinue(self, *, why: str) -> None:
        """The intention to stop the application is sent (voornemen buiten behandeling)."""
        self.held_state = self.state

    @step(
        _("Go on with the application"),
        source=State.DISCONTINUATION,
        target=back_to("held_state", states=BEFORE_ANY_OUTCOME),
        number="T61",
    )
    def drop_discontinuation(self) -> None:
        """The person reported in time: the procedure goes on where it stood."""
        self.hold = Hold.NONE

    @step(
        _("Stop the application"),
        source=State.DISCONTINUATION,
        target=State.REFUSED,
        number="T62",
        conditions=[guards.time_to_explain_over],
    )
    def discontinue(self) -> None:
        """The application is stopped (buiten behandeling gesteld, art. 30c Vw)."""
        self._decide(Outcome.DISCONTINUED)
