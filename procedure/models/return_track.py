"""Return: the time to leave, guidance, voluntary departure, transfer (C2.10)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from procedure import guards
from procedure.steps import step

from .machine import SmallMachine


class ReturnTrack(SmallMachine):
    """What follows a refusal, a withdrawal or the loss of a permit (terugkeer)."""

    machine = "return"

    class State(models.TextChoices):
        NOT_STARTED = "not_started", _("not started")
        TERM_RUNNING = "term_running", _("time to leave runs (vertrektermijn)")
        TERM_SUSPENDED = "term_suspended", _("time to leave stands still")
        DTV_ACTIVE = "dtv_active", _("guided by the return service (DT&V)")
        IOM_VOLUNTARY = "iom_voluntary", _("voluntary departure with IOM")
        TRANSFER_PLANNED = "transfer_planned", _("transfer to another country planned")
        DEPARTED = "departed", _("departed")
        UNKNOWN_DESTINATION = "unknown_destination", _("left to an unknown destination")
        STOPPED = "stopped", _("stopped")

    # The three ends aside.
    ON_THE_WAY = (
        State.NOT_STARTED,
        State.TERM_RUNNING,
        State.TERM_SUSPENDED,
        State.DTV_ACTIVE,
        State.IOM_VOLUNTARY,
        State.TRANSFER_PLANNED,
    )

    state = FSMField(default=State.NOT_STARTED, choices=State.choices, editable=False, max_length=32)
    leaves_at_once = models.BooleanField(default=False)
    departed_on = models.DateField(null=True, blank=True)
    country = models.CharField(max_length=80, blank=True)

    @step(
        _("Start the time to leave"),
        source=State.NOT_STARTED,
        target=State.TERM_RUNNING,
        number="V01",
        conditions=[guards.must_leave],
    )
    def start_departure_term(self) -> None:
        """The time to leave begins (vertrektermijn, Vw 62)."""

    @step(
        _("Suspend the time to leave"),
        source=State.TERM_RUNNING,
        target=State.TERM_SUSPENDED,
        number="V02",
        conditions=[guards.court_keeps_return_waiting],
    )
    def suspend_departure_term(self) -> None:
        """The court is asked, and the person may wait here."""

    @step(
        _("Let the time to leave run again"),
        source=State.TERM_SUSPENDED,
        target=State.TERM_RUNNING,
        number="V03",
        conditions=[guards.court_no_longer_keeps_waiting],
    )
    def resume_departure_term(self) -> None:
        """The court has ruled against the person."""

    @step(_("Begin departure talks"), source=State.TERM_RUNNING, target=State.DTV_ACTIVE, number="V04")
    def begin_departure_guidance(self) -> None:
        """The return service (DT&V) talks with the person."""

    @step(
        _("Choose voluntary departure"),
        source=[State.TERM_RUNNING, State.DTV_ACTIVE],
        target=State.IOM_VOLUNTARY,
        number="V05",
    )
    def choose_voluntary_departure(self) -> None:
        """A signed statement at IOM."""

    @step(
        _("Record the departure"),
        source=[State.IOM_VOLUNTARY, State.DTV_ACTIVE, State.TRANSFER_PLANNED],
        target=State.DEPARTED,
        number="V06",
    )
    def confirm_departure(self, *, country: str) -> None:
        """The person has left; the W-document was handed in."""
        self.departed_on = self.event_on
        self.country = country

    @step(
        _("Record an unknown destination"),
        source=ON_THE_WAY,
        target=State.UNKNOWN_DESTINATION,
        number="V07",
    )
    def record_unknown_destination(self) -> None:
        """Not found at the address; it was checked."""

    @step(
        _("Order to leave within a shorter time"),
        source=[State.TERM_RUNNING, State.DTV_ACTIVE],
        target=None,
        number="RET-02",
    )
    def order_departure(self) -> None:
        """The return service orders to leave within some days (Vw 62(2))."""

    @step(
        _("Plan the transfer"),
        source=State.NOT_STARTED,
        target=State.TRANSFER_PLANNED,
        number="T35",
        conditions=[guards.another_country_responsible],
    )
    def plan_transfer(self) -> None:
        """Another country takes the person over."""

    @step(
        _("Stop the return"),
        source=ON_THE_WAY,
        target=State.STOPPED,
        number="T37, T63",
        conditions=[guards.no_longer_must_leave],
    )
    def stop_return(self) -> None:
        """The decision is gone or the Netherlands has become responsible: nobody has to leave."""
