"""Going to court: appeal, provisional measure, higher appeal (C2.8)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from procedure import guards
from procedure.states import Outcome
from procedure.steps import step

from .machine import SmallMachine


class Appeal(SmallMachine):
    """The way to court against one decision (beroep, hoger beroep)."""

    machine = "appeal"

    class State(models.TextChoices):
        WINDOW_OPEN = "window_open", _("appeal possible")
        LODGED = "lodged", _("appeal lodged (beroep)")
        RULED = "ruled", _("judgment given (uitspraak)")
        HA_WINDOW_OPEN = "higher_window_open", _("higher appeal possible")
        HA_LODGED = "higher_lodged", _("higher appeal lodged (hoger beroep)")
        HA_RULED = "higher_ruled", _("judgment in higher appeal given")
        FINAL = "final", _("final")

    class Against(models.TextChoices):
        APPLICATION = "application", _("the decision on the application")
        PERMIT = "permit", _("the withdrawal of the permit")
        FAMILY = "family", _("the refusal of family reunification")

    class Ruling(models.TextChoices):
        DISMISSED = "dismissed", _("dismissed (ongegrond)")
        ANNULLED = "annulled", _("decision annulled (gegrond)")
        PARTLY = "partly", _("decision annulled in part")
        # In higher appeal alone: the service was right, and the judgment of the court is gone.
        SET_ASIDE = "set_aside", _("judgment set aside, the decision stands")

    OF_THE_COURT = (Ruling.DISMISSED, Ruling.ANNULLED, Ruling.PARTLY)

    state = FSMField(default=State.WINDOW_OPEN, choices=State.choices, editable=False, max_length=32)
    against = models.CharField(max_length=12, choices=Against.choices, default=Against.APPLICATION)
    outcome = models.CharField(max_length=24, choices=Outcome.choices, blank=True)
    one_week = models.BooleanField(default=False, help_text=_("a case of art. 69(2) Vw"))
    # Model C5.4: may the person wait for the court here? Known at the decision, and again when lodged late.
    suspensive = models.BooleanField(default=False)
    lodged_on = models.DateField(null=True, blank=True)
    lodged_late = models.BooleanField(default=False)
    provisional_requested_on = models.DateField(null=True, blank=True)
    provisional_granted = models.BooleanField(null=True, blank=True)
    ruling = models.CharField(max_length=12, choices=Ruling.choices, blank=True)
    higher_ruling = models.CharField(max_length=12, choices=Ruling.choices, blank=True)

    @property
    def keeps_return_waiting(self) -> bool:
        """Is the departure term suspended: by the appeal itself, or while the court's measure is awaited?"""
        asked = self.provisional_requested_on is not None and self.provisional_granted is None
        # A judgment on the appeal answers the request too.
        waits_for_measure = asked and self.state in (self.State.WINDOW_OPEN, self.State.LODGED)
        lodged = self.state == self.State.LODGED
        return (lodged and (self.suspensive or bool(self.provisional_granted))) or waits_for_measure

    @property
    def annulled(self) -> bool:
        """Is the decision gone? A dismissed higher appeal leaves the judgment of the court as it was."""
        gone = (self.Ruling.ANNULLED, self.Ruling.PARTLY)
        if self.higher_ruling in ("", self.Ruling.DISMISSED):
            return self.ruling in gone
        return self.higher_ruling in gone

    @step(_("Lodge the appeal"), source=State.WINDOW_OPEN, target=State.LODGED, number="P01")
    def lodge_appeal(self) -> None:
        """The appeal is with the court; a copy is put on file. Late is not refused."""
        self.lodged_on = self.event_on

    @step(
        _("Ask for a provisional measure"),
        source=[State.WINDOW_OPEN, State.LODGED],
        target=None,
        number="P02",
        conditions=[guards.no_provisional_request],
    )
    def request_provisional_measure(self) -> None:
        """The court is asked that the person may wait here (voorlopige voorziening, Vb 7.3)."""
        self.provisional_requested_on = self.event_on

    @step(
        _("Record the ruling on the provisional measure"),
        source=State.LODGED,
        target=None,
        number="P03",
        conditions=[guards.provisional_request_waits],
    )
    def record_provisional_ruling(self, *, granted: bool) -> None:
        """The court has ruled on the provisional measure."""
        self.provisional_granted = granted

    @step(_("Record the judgment"), source=State.LODGED, target=State.RULED, number="P04")
    def record_ruling(self, *, ruling: str) -> None:
        """The court has ruled on the appeal."""
        self.ruling = ruling

    @step(
        _("Open the time for higher appeal"),
        source=State.RULED,
        target=State.HA_WINDOW_OPEN,
        number="P05",
    )
    def open_higher_appeal(self) -> None:
        """The judgment was sent; higher appeal is possible from that day."""

    @step(
        _("Lodge the higher appeal"),
        source=State.HA_WINDOW_OPEN,
        target=State.HA_LODGED,
        number="P06",
    )
    def lodge_higher_appeal(self) -> None:
        """Higher appeal at the Council of State, with its grievances; it suspends nothing by itself."""

    @step(
        _("Record the judgment in higher appeal"),
        source=State.HA_LODGED,
        target=State.HA_RULED,
        number="P07",
    )
    def record_higher_ruling(self, *, ruling: str) -> None:
        """The Council of State has ruled."""
        self.higher_ruling = ruling

    @step(
        _("Record that the decision is final"),
        source=[State.WINDOW_OPEN, State.HA_WINDOW_OPEN, State.HA_RULED, State.RULED],
        target=State.FINAL,
        number="P08",
        conditions=[guards.time_for_court_over],
    )
    def make_final(self, *, no_right_of_residence: bool = False) -> None:
        """Nothing can be done in court any more."""
