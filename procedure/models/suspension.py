"""Time that stands still: which terms, on what ground, from which day to which."""

import uuid
from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from procedure import rules

from .history import Transition
from .procedure import Procedure
from .rule_package import RulePackage

ONE_DAY = timedelta(days=1)


class SuspensionQuerySet(models.QuerySet):
    def standing(self) -> Self:
        """Those whose last day nobody knows yet."""
        return self.filter(ends_on__isnull=True)


class Suspension(models.Model):
    """A pause of a procedure on a ground of its package (opschorting); both days stand still."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="suspensions")
    package_name = models.CharField(max_length=40)
    ground = models.CharField(max_length=40)
    starts_on = models.DateField(help_text=_("the first day that stands still"))
    ends_on = models.DateField(
        null=True, blank=True, help_text=_("the last day that stands still; empty until it is known")
    )
    started_by = models.ForeignKey(Transition, on_delete=models.PROTECT, related_name="started_suspensions")
    ended_by = models.ForeignKey(
        Transition, null=True, blank=True, on_delete=models.PROTECT, related_name="ended_suspensions"
    )
    reason = models.TextField(blank=True)

    objects = SuspensionQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                # The day before: ended on its first day, so that no day stood still.
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on") - ONE_DAY),
                name="pause_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["procedure", "ground"],
                condition=Q(ends_on__isnull=True),
                name="one_open_pause_a_ground",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ground} {self.starts_on}"

    @property
    def law(self) -> rules.RulePackage:
        """The rules under which it was begun."""
        return RulePackage.law_of(self.package_name, near=self.procedure.package)

    @property
    def title(self):
        """The ground in the reader's language."""
        return _(self.law.suspensions[self.ground].title)

    def concerns(self, rule_code: str, law: rules.RulePackage) -> bool:
        """Does a term of this rule stand still on this ground?"""
        ground = law.suspensions.get(self.ground)
        return ground is not None and rule_code in ground.rules
