"""Who did or saw what, when: append-only, each row chained to the one before it."""

from django.conf import settings
from django.db import models

from .case import Case


class AuditEntry(models.Model):
    """One act or one view. The database fills chain, sequence and hashes, and refuses change and deletion."""

    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="audit_entries"
    )
    role = models.CharField(max_length=20)
    organisation = models.CharField(max_length=120, blank=True)
    action = models.CharField(max_length=60)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="audit_entries")
    target = models.CharField(max_length=120, blank=True, help_text="kind:id of what was acted on")
    purpose = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)

    chain = models.CharField(max_length=40, editable=False, default="")
    sequence = models.PositiveBigIntegerField(editable=False, default=0)
    previous_hash = models.CharField(max_length=64, editable=False, default="")
    hash = models.CharField(max_length=64, editable=False, default="")

    class Meta:
        verbose_name_plural = "audit entries"
        constraints = [models.UniqueConstraint(fields=["chain", "sequence"], name="audit_chain_has_no_fork")]
        indexes = [models.Index(fields=["actor", "at"])]
