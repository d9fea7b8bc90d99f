"""Messages between the people of a case."""

import uuid
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from asylum_portal.accounts.models import Role

from .case import Case
from .sealed import SealedTextField


class Channel(models.TextChoices):
    """Who reads along: what client and lawyer write to each other is theirs alone."""

    SERVICE = "service", _("IND")
    LAWYER = "lawyer", _("lawyer")


CHANNELS_OF = {
    Role.APPLICANT: {Channel.SERVICE, Channel.LAWYER},
    Role.GUARDIAN: {Channel.SERVICE, Channel.LAWYER},
    Role.LAWYER: {Channel.SERVICE, Channel.LAWYER},
    Role.CASEWORKER: {Channel.SERVICE},
    Role.PLANNER: {Channel.SERVICE},
    Role.SUPERVISOR: {Channel.SERVICE},
}


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user, *, on: date) -> Self:
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            case__in=Case.objects.visible_to(user, on=on), channel__in=CHANNELS_OF.get(user.role, set())
        )


class Message(models.Model):
    """One message; sealed at rest, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = SealedTextField()
    sent_at = models.DateTimeField()

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["sent_at"]
        indexes = [models.Index(fields=["case", "channel", "sent_at"])]
