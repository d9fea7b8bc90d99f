"""What is known of a procedure: the facts that its steps set and its conditions ask."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from cases.models import Case
from procedure.states import Hold, Outcome, Schedule, State, Track

from ..rule_package import RulePackage

if TYPE_CHECKING:
    from ..procedure import Procedure


class ProcedureFacts(models.Model):
    """The pinned attributes of one application; only the steps write them."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="procedures")
    # No protected=True: a failed refresh would switch it off for the whole process. The database holds the
    # allowed pairs instead, and that each change has its row in the history (migration 0002).
    state = FSMField(
        default=State.WISH_EXPRESSED, choices=State.choices, editable=False, db_index=True, max_length=32
    )
    track = models.CharField(max_length=16, choices=Track.choices, default=Track.GENERAL)
    schedule = models.CharField(max_length=6, choices=Schedule.choices, default=Schedule.SIX_DAYS)
    package = models.ForeignKey(RulePackage, on_delete=models.PROTECT, related_name="procedures")
    place = models.CharField(max_length=120, blank=True)
    hold = models.CharField(max_length=12, choices=Hold.choices, blank=True, default=Hold.NONE)
    held_state = models.CharField(
        max_length=32,
        choices=State.choices,
        blank=True,
        help_text=_("where it stood before a stop was intended"),
    )

    # Circumstances on which the rules depend.
    border = models.BooleanField(default=False, help_text=_("treated at the border"))
    detained = models.BooleanField(default=False)
    other_authority = models.BooleanField(
        default=False, help_text=_("another authority than the service received the wish")
    )
    senior_decides = models.BooleanField(
        default=False, help_text=_("article 1F may apply: a supervisor takes the decision")
    )
    hit = models.BooleanField(default=False, help_text=_("fingerprints or a visa were found elsewhere"))
    take_back_with_hit = models.BooleanField(default=False)
    # Registered by the service, never shown to the applicant or the lawyer (invariant C12.13).
    code_98 = models.BooleanField(default=False)

    wish_expressed_on = models.DateField()
    lodged_on = models.DateField(null=True, blank=True)
    responsible_on = models.DateField(
        null=True, blank=True, help_text=_("the day on which the Netherlands was found responsible")
    )
    application_phase_ended_on = models.DateField(null=True, blank=True)
    day_one_on = models.DateField(null=True, blank=True)
    intention_issued_on = models.DateField(null=True, blank=True)
    withdrawal_requested_on = models.DateField(null=True, blank=True)
    decided_on = models.DateField(
        null=True, blank=True, help_text=_("the day on which the decision was made known")
    )
    outcome = models.CharField(max_length=24, choices=Outcome.choices, blank=True)
    decided_in_track = models.CharField(max_length=16, choices=Track.choices, blank=True)
    absconded_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True

    # The day of the event that is being tried or taken; conditions look at it.
    event_on: date

    @property
    def procedure(self) -> "Procedure":
        """Conditions are asked of a procedure and of the small machines beside it alike."""
        return self  # type: ignore[return-value]

    def _decide(self, outcome: str) -> None:
        self.outcome = outcome
        self.decided_on = self.event_on
        self.decided_in_track = self.track
        # A request that was not confirmed ends here: a later one needs a statement of its own (C12.8).
        self.withdrawal_requested_on = None
        self._wait_no_longer()

    def _heard(self, senior_decides: bool) -> None:
        """What was said may show that article 1F applies; what was noted once is not taken back."""
        self.senior_decides = self.senior_decides or senior_decides

    def _undo_decision(self) -> None:
        """The decision is gone, by the court or because another country let its time pass."""
        self.outcome, self.decided_on, self.decided_in_track = "", None, ""
        self.intention_issued_on = None

    def _wait_no_longer(self) -> None:
        if self.hold == Hold.NO_SHOW:
            self.hold = Hold.NONE
