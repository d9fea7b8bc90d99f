"""What the small machines beside a procedure share: border, appeal, permit, family, return."""

from datetime import date
from typing import ClassVar, Self

from django.db import models

from .procedure import Procedure


class SmallMachineQuerySet(models.QuerySet):
    def latest_of(self, procedure: Procedure) -> Self:
        return self.filter(procedure=procedure).order_by("-id")


class SmallMachine(models.Model):
    """A state of its own beside the procedure's; its steps go through the same door and the same history."""

    machine: ClassVar[str]

    id = models.BigAutoField(primary_key=True)
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="%(class)s_set")

    objects = SmallMachineQuerySet.as_manager()

    # The day of the event that is being tried or taken; conditions look at it.
    event_on: date

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.machine} {self.state}"  # type: ignore[attr-defined]
