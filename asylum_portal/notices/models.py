import uuid
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from asylum_portal.accounts.models import User


class Channel(models.TextChoices):
    """How a notice reaches its reader; everything is in the portal's inbox as well."""

    EMAIL = "email", _("E-mail")
    PORTAL = "portal", _("In the portal only")


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """One's own notices, without those that were taken back; nobody reads another's."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(recipient=user, suppressed_at__isnull=True)

    def told(self, *, now: datetime) -> Self:
        """Those whose moment has come, also when the mail has not got through yet."""
        return self.filter(Q(due_at__lte=now) | Q(sent_at__isnull=False))

    def unread(self) -> Self:
        """Those that the reader has not marked as read."""
        return self.filter(read_at__isnull=True)

    def waiting(self) -> Self:
        """Neither sent nor taken back."""
        return self.filter(sent_at__isnull=True, suppressed_at__isnull=True)

    def due(self, *, now: datetime) -> Self:
        """Those that may be sent now."""
        return self.waiting().filter(next_attempt_at__lte=now, due_at__lte=now)

    def perhaps_twice(self) -> Self:
        """Those whose sender died in the act, so that the reader may have two copies."""
        return self.filter(perhaps_twice=True)


class Notice(models.Model):
    """One thing told to one person, once: a row of the outbox (a database trigger keeps what it says)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(_("key"), max_length=200, unique=True)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="notices",
        verbose_name=_("receiver"),
    )
    kind = models.CharField(_("kind"), max_length=40)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    language = models.CharField(_("language when sent"), max_length=10, blank=True)
    context = models.JSONField(_("dates and counts"), default=dict, blank=True)
    about = models.CharField(_("about"), max_length=200, blank=True)
    any_hour = models.BooleanField(_("also in quiet hours"), default=False)
    created_at = models.DateTimeField(_("written"))
    due_at = models.DateTimeField(_("may go out from"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    suppressed_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    suppressed_reason = models.CharField(_("reason"), max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    last_error = models.CharField(_("last error"), max_length=100, blank=True)
    perhaps_twice = models.BooleanField(_("perhaps sent twice"), default=False)
    message_id = models.CharField(_("message id"), max_length=200, unique=True)

    objects: ClassVar[models.Manager["Notice"]] = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-due_at", "id"]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "due_at"],
                condition=Q(sent_at__isnull=True, suppressed_at__isnull=True),
                name="notices_waiting",
            ),
            models.Index(fields=["recipient", "-due_at"], name="notices_inbox"),
            models.Index(
                fields=["about"],
                condition=Q(sent_at__isnull=True, suppressed_at__isnull=True),
                name="notices_about_waiting",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="notices_sent_xor_suppressed",
                condition=Q(sent_at__isnull=True) | Q(suppressed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="notices_suppressed_with_reason",
                condition=Q(suppressed_at__isnull=True, suppressed_reason="")
                | (Q(suppressed_at__isnull=False) & ~Q(suppressed_reason="")),
            ),
            models.CheckConstraint(
                name="notices_channel_known",
                condition=Q(channel__in=[value for value, _label in Channel.choices]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def is_settled(self) -> bool:
        """Sent or taken back: nothing more happens to it."""
        return self.sent_at is not None or self.suppressed_at is not None
