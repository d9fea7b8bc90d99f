"""The ledger of dates: one row each time that the last day of a term changes, never changed itself."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .amendment import Amendment
from .deadline import Deadline
from .history import Transition


class DateChange(models.Model):
    """From which day to which, why, by whom, when; no day means that the time stands still."""

    class Cause(models.TextChoices):
        PAUSE = "pause", _("The time stands still (opschorting)")
        RESUMED = "resumed", _("The time runs again")
        EXTENSION = "extension", _("More time was given (verlenging)")
        LETTER = "letter", _("The letter has this date")
        RECOMPUTED = "recomputed", _("Counted again")
        PACKAGE = "package", _("The case follows other rules now")
        AMENDMENT = "amendment", _("A holiday or a rule was changed")

    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_role = models.CharField(max_length=20)
    from_on = models.DateField(null=True, blank=True)
    to_on = models.DateField(null=True, blank=True)
    cause = models.CharField(max_length=12, choices=Cause.choices)
    reason = models.TextField(blank=True)
    transition = models.ForeignKey(
        Transition, null=True, blank=True, on_delete=models.PROTECT, related_name="date_changes"
    )
    amendment = models.ForeignKey(
        Amendment, null=True, blank=True, on_delete=models.PROTECT, related_name="date_changes"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_on__isnull=True, to_on__isnull=False)
                | Q(from_on__isnull=False, to_on__isnull=True)
                | Q(from_on__lt=F("to_on"))
                | Q(from_on__gt=F("to_on")),
                name="a_change_of_date_changes_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_on} > {self.to_on}"
