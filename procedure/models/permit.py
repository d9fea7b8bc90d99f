"""The life of a permit: document, extension, permanent, loss, withdrawal (C2.9)."""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from procedure import guards
from procedure.steps import back_to, step

from .machine import SmallMachine


class Permit(SmallMachine):
    """The residence permit of one grant (verblijfsvergunning asiel)."""

    machine = "permit"

    class State(models.TextChoices):
        TO_PRODUCE = "to_produce", _("document is being made")
        READY = "ready", _("document ready to collect")
        ACTIVE = "active", _("permit in hand")
        EXTENSION_PENDING = "extension_pending", _("extension asked for")
        PERMANENT_PENDING = "permanent_pending", _("permanent permit asked for")
        WITHDRAWAL_INTENTION = "withdrawal_intention", _("intention to withdraw (voornemen intrekking)")
        WITHDRAWAL_ASSESSMENT = "withdrawal_assessment", _("withdrawal being assessed")
        WITHDRAWAL_HEARING = "withdrawal_hearing", _("hearing on the withdrawal (intrekkingsgehoor)")
        PERMANENT = "permanent", _("permanent permit")
        PERMIT_WITHDRAWN = "permit_withdrawn", _("permit withdrawn")
        # No step of the model leads here: a permit that ran out shows by its last day.
        EXPIRED = "expired", _("expired")
        RENOUNCED = "renounced", _("given up")

    state = FSMField(default=State.TO_PRODUCE, choices=State.choices, editable=False, max_length=32)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    w_document_returned = models.BooleanField(default=False)
    third_party_advice = models.BooleanField(default=False)
    withdrawal_ground = models.CharField(max_length=8, blank=True, help_text=_("art. 32(1), a to e"))
    before_withdrawal = models.CharField(max_length=32, choices=State.choices, blank=True)

    @step(_("The residence document is ready"), source=State.TO_PRODUCE, target=State.READY, number="R01")
    def announce_permit(self) -> None:
        """The letter says that the document can be collected."""

    @step(_("Hand out the residence document"), source=State.READY, target=State.ACTIVE, number="R02")
    def hand_out_permit(self, *, valid_from: date, valid_until: date) -> None:
        """The document is collected by appointment and the W-document handed in."""
        self._hand_out(valid_from, valid_until)

    @step(
        _("Hand out the residence document at once"),
        source=State.TO_PRODUCE,
        target=State.ACTIVE,
        number="R03",
    )
    def hand_out_at_once(self, *, valid_from: date, valid_until: date) -> None:
        """The document is given right after the decision."""
        self._hand_out(valid_from, valid_until)

    @step(
        _("Ask to extend the permit"),
        source=State.ACTIVE,
        target=State.EXTENSION_PENDING,
        number="R04",
        conditions=[guards.extension_window_open],
    )
    def request_permit_extension(self) -> None:
        """The holder asks for another period; late only with a reason (Vw 44(5))."""

    @step(_("Extend the permit"), source=State.EXTENSION_PENDING, target=State.ACTIVE, number="R05")
    def extend_permit(self, *, valid_until: date) -> None:
        """The permit is extended."""
        self.valid_until = valid_until

    @step(
        _("Ask for a permanent permit"),
        source=State.ACTIVE,
        target=State.PERMANENT_PENDING,
        number="R06",
        conditions=[guards.permanent_permit_possible],
    )
    def request_permanent_permit(self) -> None:
        """After five years' lawful stay (Vw 40)."""

    @step(
        _("Grant the permanent permit"),
        source=State.PERMANENT_PENDING,
        target=State.PERMANENT,
        number="R07",
    )
    def grant_permanent_permit(self) -> None:
        """The permit has no end any more."""
        self.valid_until = None

    @step(
        _("Report the document lost, stolen or damaged"),
        source=[State.ACTIVE, State.PERMANENT],
        target=None,
        number="R08",
        conditions=[guards.no_replacement_runs],
    )
    def report_loss(self, *, what: str) -> None:
        """The loss is reported in person; a replacement begins."""

    @step(
        _("Send the intention to withdraw the permit"),
        source=[State.ACTIVE, State.PERMANENT],
        target=State.WITHDRAWAL_INTENTION,
        number="R10",
    )
    def intend_permit_withdrawal(self, *, ground: str) -> None:
        """The service intends to withdraw the permit and says why; six weeks to respond."""
        self.before_withdrawal = self.state
        self.withdrawal_ground = ground

    @step(
        _("Close the response to the withdrawal"),
        source=State.WITHDRAWAL_INTENTION,
        target=State.WITHDRAWAL_ASSESSMENT,
        number="R11",
        conditions=[guards.withdrawal_response_in_or_over],
    )
    def close_withdrawal_response(self) -> None:
        """The response is in, or its time is over."""

    @step(
        _("Do not withdraw the permit"),
        source=[State.WITHDRAWAL_ASSESSMENT, State.WITHDRAWAL_INTENTION, State.WITHDRAWAL_HEARING],
        # A permanent permit stays a permanent one.
        target=back_to("before_withdrawal", states=[State.ACTIVE, State.PERMANENT]),
        number="R12",
    )
    def drop_permit_withdrawal(self) -> None:
        """The service gives up the intention."""

    @step(
        _("Plan the hearing on the withdrawal"),
        source=State.WITHDRAWAL_ASSESSMENT,
        target=State.WITHDRAWAL_HEARING,
        number="R13",
    )
    def plan_withdrawal_hearing(self) -> None:
        """Still intended: the person is heard first (intrekkingsgehoor)."""

    @step(
        _("Send the report of the hearing"),
        source=State.WITHDRAWAL_HEARING,
        target=None,
        number="WD-02",
    )
    def send_hearing_report(self) -> None:
        """The report of the hearing is sent; two weeks for comments."""

    @step(
        _("Withdraw the permit"),
        source=State.WITHDRAWAL_HEARING,
        target=State.PERMIT_WITHDRAWN,
        number="R14",
        conditions=[guards.no_other_appeal],
    )
    def withdraw_permit(self) -> None:
        """The permit is withdrawn and the decision made known."""

    @step(
        _("Give the permit back after the judgment"),
        source=State.PERMIT_WITHDRAWN,
        target=back_to("before_withdrawal", states=[State.ACTIVE, State.PERMANENT]),
        # Beside C2, as T63: without it a judgment in the holder's favour would lead nowhere.
        number="T63",
        conditions=[guards.withdrawal_annulled],
    )
    def restore_permit(self) -> None:
        """The court annulled the withdrawal: the permit is what it was."""

    @step(_("Give up the permit"), source=State.ACTIVE, target=State.RENOUNCED, number="R15")
    def renounce_permit(self) -> None:
        """The holder gives up the permit in a signed statement."""

    def _hand_out(self, valid_from: date, valid_until: date) -> None:
        self.valid_from, self.valid_until = valid_from, valid_until


class Replacement(SmallMachine):
    """A lost, stolen or damaged residence document and the one that replaces it."""

    machine = "replacement"

    class State(models.TextChoices):
        REPORTED = "reported", _("loss reported")
        REQUESTED = "requested", _("new document asked for")
        REPLACED = "replaced", _("document replaced")

    class What(models.TextChoices):
        LOST = "lost", _("lost")
        STOLEN = "stolen", _("stolen")
        DAMAGED = "damaged", _("damaged")

    state = FSMField(default=State.REPORTED, choices=State.choices, editable=False, max_length=32)
    what = models.CharField(max_length=10, choices=What.choices)

    @step(_("Ask for a new document"), source=State.REPORTED, target=State.REQUESTED, number="R09")
    def request_replacement(self) -> None:
        """The holder asks for a new document."""

    @step(
        _("Hand out the new document"),
        source=State.REQUESTED,
        target=State.REPLACED,
        number="R09",
    )
    def replace_document(self) -> None:
        """The new document is given out."""
