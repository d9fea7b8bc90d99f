"""Which country is responsible (Dublin, C2.4), and the way back from the accelerated procedure (T41)."""

from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from procedure import guards
from procedure.states import Outcome, Schedule, State, Track
from procedure.steps import step

from .facts import ProcedureFacts

_INTERVIEW = {Track.DUBLIN: (State.INTERVIEW,)}
_CLAIM = {Track.DUBLIN: (State.CLAIM,)}
_DECIDED = {Track.DUBLIN: (State.REFUSED,)}


class DublinSteps(ProcedureFacts):
    class Meta:
        abstract = True

    @step(
        _("Examine which country is responsible"),
        source={
            Track.GENERAL: (
                State.TRIAGE,
                State.PREPARATION,
                State.READY,
                State.INTERVIEW,
                State.CORRECTIONS,
                State.ASSESSMENT,
            )
        },
        target=State.INTERVIEW,
        number="T07",
    )
    def refer_to_dublin(self, *, hit: bool = False, detained: bool = False) -> None:
        """Fingerprints, a visa or a statement point to another country; the time to decide stands still."""
        self.track = Track.DUBLIN
        self.hit = hit
        self.detained = detained

    @step(_("Close the Dublin interview"), source=_INTERVIEW, target=State.CLAIM, number="T31")
    def close_dublin_interview(self) -> None:
        """The report of the Dublin interview is given."""

    @step(
        _("Record the claim"),
        source=_CLAIM,
        target=None,
        number="T31a",
        conditions=[guards.claim_not_sent],
    )
    def send_claim(self, *, kind: str) -> None:
        """The other country is asked to take the person over (claim)."""
        self.take_back_with_hit = kind == "take_back" and self.hit

    @step(
        _("Send the intended decision: another country is responsible"),
        source=_CLAIM,
        target=State.INTENDED_DECISION,
        number="T32",
        conditions=[guards.claim_sent],
    )
    def accept_claim(self, *, by_default: bool = False, detained: bool = False) -> None:
        """The other country accepts, or did not answer in time; the service intends not to consider."""
        self.intention_issued_on = self.event_on
        self.detained = detained

    @step(
        _("The Netherlands is responsible"),
        source={Track.DUBLIN: (State.CLAIM, State.INTENDED_DECISION)},
        target=State.PREPARATION,
        number="T33",
    )
    def take_responsibility(self, *, responsible_on: date | None = None) -> None:
        """The claim is refused or given up: the application is treated here (Vw 42(6))."""
        self._treat_here(since=responsible_on or self.event_on)

    @step(
        _("Do not take the application into consideration"),
        source={Track.DUBLIN: (State.INTENDED_DECISION, State.DECISION)},
        target=State.REFUSED,
        number="T35",
        conditions=[guards.intention_issued, guards.response_in_or_over],
    )
    def decide_not_to_consider(self) -> None:
        """Another country is responsible; the transfer is planned (art. 30 Vw)."""
        self._decide(Outcome.NOT_CONSIDERED)

    @step(_("Record the transfer"), source=_DECIDED, target=State.CLOSED, number="T36")
    def confirm_transfer(self, *, country: str) -> None:
        """The person was handed over to the other country."""

    @step(
        _("The term for the transfer has passed"),
        source=_DECIDED,
        target=State.PREPARATION,
        number="T37",
        conditions=[guards.transfer_term_over],
    )
    def record_lapsed_transfer(self) -> None:
        """No transfer in time: the Netherlands has become responsible."""
        # Responsible from the day after the term, however late somebody writes it down.
        term = self.procedure.latest_deadline("DUB-05", "DUB-04")
        self._undo_decision()
        self.absconded_on = None
        self._treat_here(since=term.effective_due_on + timedelta(days=1) if term else self.event_on)

    @step(
        _("Record that the person has absconded"),
        source=_DECIDED,
        target=None,
        number="T38",
        conditions=[guards.not_yet_absconded, guards.transfer_term_not_over],
    )
    def mark_absconded(self) -> None:
        """Eighteen months for the transfer in place of six."""
        self.absconded_on = self.event_on

    # Accelerated procedure

    @step(
        _("Treat in the general procedure after all"),
        source={Track.ACCELERATED: (State.INTERVIEW, State.INTENDED_DECISION)},
        target=State.PREPARATION,
        number="T41",
    )
    def move_to_general(self) -> None:
        """The country is not safe for this person, or the person needs special care."""
        self.track = Track.GENERAL
        self._forget_days()

    def _treat_here(self, *, since: date) -> None:
        self.track = Track.GENERAL
        self.responsible_on = since
        self.detained = False
        self._forget_days()

    def _forget_days(self) -> None:
        self.day_one_on = None
        self.intention_issued_on = None
        self.schedule = Schedule.BORDER_SIX if self.border else Schedule.SIX_DAYS
