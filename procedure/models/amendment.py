"""Changes of a published package: its text stays, each change is a row beside it, confirmed by a person."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procedure import rules
from procedure.law_changes import amended

from .rule_package import RulePackage


class Amendment(models.Model):
    """One proposed or confirmed change of a switch or of the calendar, with its source and its reason."""

    class Kind(models.TextChoices):
        SETTING = "setting", _("A setting has another value")
        EQUATED_DAY = "equated_day", _("A day counts as a public holiday (gelijkgestelde dag)")
        REMOVED_DAY = "removed_day", _("A day no longer counts as a public holiday")
        YEAR = "year", _("The days of a year are known")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    package = models.ForeignKey(RulePackage, on_delete=models.PROTECT, related_name="amendments")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=60, blank=True, help_text=_("the setting, or the year"))
    value = models.JSONField(null=True, blank=True, help_text=_("of a setting; of a year its equated days"))
    on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)
    confidence = models.CharField(max_length=40)
    reason = models.TextField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["proposed_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="who_confirms_says_when",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["setting", "year"], on__isnull=True) & ~Q(key="")
                | Q(kind__in=["equated_day", "removed_day"], on__isnull=False),
                name="amendment_says_what_it_changes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.package_id} {self.kind} {self.key or self.on}"

    def as_change(self) -> dict[str, Any]:
        """What a package keeps of it, once it is confirmed."""
        return {
            "id": str(self.pk),
            "kind": str(self.kind),
            "key": self.key,
            "value": self.value,
            "on": self.on.isoformat() if self.on else None,
            "source": self.source,
            "confidence": self.confidence,
        }

    def proposed_law(self) -> rules.RulePackage:
        """The law of its package as it would be with this change."""
        return amended(self.package.law, self.as_change())
