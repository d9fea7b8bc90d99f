"""Family reunification (nareis): the time to ask, the request, the decision (C2.9)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from procedure import guards
from procedure.steps import step

from .machine import SmallMachine


class FamilyReunification(SmallMachine):
    """The right of a permit holder to have the family come (Vw 29(2), (4))."""

    machine = "family"

    class State(models.TextChoices):
        WINDOW_OPEN = "window_open", _("family reunification can be asked for")
        WINDOW_PASSED = "window_passed", _("the three months are over")
        REQUESTED = "requested", _("asked for")
        FR_GRANTED = "granted", _("granted")
        FR_REFUSED = "refused", _("refused")

    state = FSMField(default=State.WINDOW_OPEN, choices=State.choices, editable=False, max_length=32)
    requested_on = models.DateField(null=True, blank=True)
    in_time = models.BooleanField(null=True, blank=True)

    @step(
        _("Note that the three months are over"),
        source=State.WINDOW_OPEN,
        target=State.WINDOW_PASSED,
        number="F02",
        conditions=[guards.family_window_over],
    )
    def pass_family_window(self) -> None:
        """Asking stays possible, under stricter conditions."""

    @step(
        _("Ask for family reunification"),
        source=[State.WINDOW_OPEN, State.WINDOW_PASSED],
        target=State.REQUESTED,
        number="F02",
    )
    def request_family_reunification(self) -> None:
        """The request is on file, in time or not."""
        self.requested_on = self.event_on

    @step(_("Grant family reunification"), source=State.REQUESTED, target=State.FR_GRANTED, number="F03")
    def grant_family_reunification(self) -> None:
        """The family may come."""

    @step(
        _("Decide on the family again after the judgment"),
        source=State.FR_REFUSED,
        target=State.REQUESTED,
        # Beside C2, as T63: without it a judgment in the family's favour would lead nowhere.
        number="T63",
        conditions=[guards.family_refusal_annulled],
    )
    def reopen_family_request(self) -> None:
        """The court annulled the refusal: the service decides on the request again."""

    @step(
        _("Refuse family reunification"),
        source=State.REQUESTED,
        target=State.FR_REFUSED,
        number="F03",
        conditions=[guards.no_other_appeal],
    )
    def refuse_family_reunification(self) -> None:
        """The family may not come; an appeal is possible."""
