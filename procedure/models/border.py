"""The measure at the border: entry is postponed while the application is examined (C2.7)."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from procedure import guards
from procedure.steps import step

from .machine import SmallMachine


class BorderMeasure(SmallMachine):
    """Entry postponed at Schiphol or another border (grensprocedure); at most four weeks (Vw 3)."""

    machine = "border"

    class State(models.TextChoices):
        NONE = "none", _("no measure")
        IMPOSED = "imposed", _("entry postponed (grensprocedure)")
        LIFTED = "lifted", _("measure lifted")
        ENTRY_BY_LAW = "entry_by_law", _("entered by operation of law")
        ENTRY_REFUSED = "entry_refused", _("entry refused")

    state = FSMField(default=State.NONE, choices=State.choices, editable=False, max_length=32)
    handed_at = models.DateTimeField(null=True, blank=True)
    child_reason = models.CharField(max_length=300, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    @step(
        _("Postpone entry at the border"),
        source=State.NONE,
        target=State.IMPOSED,
        number="B01",
        conditions=[guards.procedure_undecided, guards.no_child_alone],
    )
    def impose_border_measure(self, *, handed_at: datetime, child_reason: str = "") -> None:
        """The decision that postpones entry is handed over, with its time."""
        self.handed_at = handed_at
        self.child_reason = child_reason

    @step(_("Lift the border measure"), source=State.IMPOSED, target=State.LIFTED, number="B02")
    def lift_border_measure(self) -> None:
        """The person may enter; the days of the procedure stand still until it is resumed."""
        self.ended_on = self.event_on

    @step(
        _("Record entry by operation of law"),
        source=State.IMPOSED,
        target=State.ENTRY_BY_LAW,
        number="B03",
        conditions=[guards.four_weeks_over, guards.no_decision_that_refuses_entry],
    )
    def record_entry_by_law(self) -> None:
        """Four weeks have passed without a decision: the person enters by law."""
        self.ended_on = self.event_on

    @step(
        _("Refuse entry"),
        source=State.IMPOSED,
        target=State.ENTRY_REFUSED,
        number="B04",
        conditions=[guards.refused_within_four_weeks],
    )
    def refuse_entry(self) -> None:
        """The application was refused in time; entry is refused."""
        self.ended_on = self.event_on
