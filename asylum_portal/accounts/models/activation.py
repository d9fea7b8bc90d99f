from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .user import User


class ActivationCode(models.Model):
    """The one-time code on the card that a person gets at the desk; only its keyed hash is kept."""

    MAX_TRIES = 10

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="activation_codes")
    code_hash = models.CharField(max_length=64)
    issued_at = models.DateTimeField(_("issued"))
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    expires_at = models.DateTimeField(_("valid until"))
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("replaced or withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("card code")
        verbose_name_plural = _("card codes")
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
                name="accounts_code_one_open",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")), name="accounts_code_expires_after_issue"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True),
                name="accounts_code_used_or_revoked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}/{self.pk}"

    def is_open(self, *, at: datetime) -> bool:
        """Whether this code can still be used once."""
        return (
            self.used_at is None
            and self.revoked_at is None
            and self.attempts < self.MAX_TRIES
            and at < self.expires_at
        )


class ActivationTries(models.Model):
    """Tries for one typed V-number, known or not, so that both get the same answer."""

    # A keyed hash: the table must not become a list of V-numbers that people typed.
    number_hash = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()

    class Meta:
        verbose_name = _("tries for a V-number")
        verbose_name_plural = _("tries for V-numbers")
        indexes = [models.Index(fields=["started_at"], name="accounts_tries_started")]

    def __str__(self) -> str:
        return self.number_hash[:8]
