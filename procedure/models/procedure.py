"""The procedure of one application and its state machine (model C1 and C2)."""

import uuid
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q

from cases.models import Case
from procedure.states import OPEN, PHASE_OF, Phase, State, Track

from .roads import (
    AcrossSteps,
    DublinSteps,
    ExtendedSteps,
    GeneralSteps,
    IntakeSteps,
    OutcomeSteps,
    RepeatSteps,
    StoppingSteps,
)

# With these the days begin that an extension makes longer.
PLANS_DAY_ONE = ("complete_preparation", "continue_in_six_days")


class ProcedureQuerySet(models.QuerySet):
    def visible_to(self, user, *, on: date) -> Self:
        return self.filter(case__in=Case.objects.visible_to(user, on=on))

    def open(self) -> Self:
        return self.filter(state__in=OPEN)


class Procedure(
    IntakeSteps,
    GeneralSteps,
    ExtendedSteps,
    DublinSteps,
    RepeatSteps,
    OutcomeSteps,
    StoppingSteps,
    AcrossSteps,
):
    """One application of one case on its way to a decision; its steps stand in `roads`."""

    machine = "procedure"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    objects = ProcedureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=OPEN), name="one_open_procedure_a_case"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.state}"

    @property
    def phase(self) -> Phase:
        """What the applicant sees (model C0); a refusal is before the court until it is final."""
        if self.state == State.REFUSED and (appeal := self.newest("appeal")) and appeal.state != "final":
            return Phase.APPEAL
        if self.state == State.READY and self.track == Track.REPEAT:
            return Phase.REGISTRATION
        return PHASE_OF[State(self.state)]

    def newest(self, machine: str) -> Any:
        """The newest object of a small machine, named as its model; fetched beforehand, it asks nothing."""
        return max(getattr(self, f"{machine}_set").all(), key=lambda found: found.pk, default=None)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def last_event_on(self) -> date | None:
        # Where somebody lives goes its own way: what the desk writes down orders no day of the procedure.
        own = self.transitions.exclude(machine="reception")
        return own.order_by("-id").values_list("on", flat=True).first()

    def latest_deadline(self, *codes: str):
        """The newest term with one of these codes that was not cancelled."""
        standing = self.deadlines.exclude(state="cancelled").filter(rule_code__in=codes)
        return standing.order_by("-opened_by_id").first()

    def extension_of_days(self):
        """The extension of the days that run now (T17); one of earlier days says nothing of them."""
        planned = self.transitions.filter(name__in=PLANS_DAY_ONE).order_by("-id").first()
        found = self.latest_deadline("AA-EXT")
        before = found is not None and planned is not None and found.opened_by_id < planned.pk
        return None if before else found

    def day_that_closes(self, code: str):
        """The planned day at whose end this rule's term closes."""
        return next((day for day in self.days.all() if code in day.closes), None)
