"""What a lawyer or applicant files within a term, with proof of when."""

import uuid
from datetime import date, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import Document

from .deadline import Deadline
from .procedure import Procedure


class FilingQuerySet(models.QuerySet):
    def visible_to(self, user, *, on: date) -> Self:
        """Filings whose document this person may see; whoever filed one keeps its receipt with the case."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            Q(document__in=Document.objects.visible_to(user, on=on)) | Q(filed_by=user),
            procedure__in=Procedure.objects.visible_to(user, on=on),
        )


class Filing(models.Model):
    """One document filed, and its receipt: when, which bytes, in time by how much."""

    class Kind(models.TextChoices):
        CORRECTIONS = "corrections", _("Corrections and additions (correcties en aanvullingen)")
        RESPONSE = "response", _("Response to the intended decision (zienswijze)")
        APPLICATION_CORRECTIONS = (
            "application_corrections",
            _("Corrections to the application interview (correcties aanmeldgehoor)"),
        )
        CONFIRMATION = "confirmation", _("Confirmation of the report (bevestiging verslag)")
        NOTICE_OF_DEFAULT = "notice_of_default", _("Notice of default (ingebrekestelling)")
        APPEAL = "appeal", _("Copy of the appeal to the court (beroepschrift)")
        PROVISIONAL = "provisional", _("Copy of the request for a provisional measure (verzoek)")
        HIGHER_APPEAL = "higher_appeal", _("Copy of the higher appeal (hogerberoepschrift)")
        FAMILY = "family", _("Request for family reunification (aanvraag nareis)")
        EVIDENCE = "evidence", _("Evidence (bewijsstuk)")
        IDENTITY = "identity", _("Identity paper (identiteitsbewijs)")
        TRANSLATION = "translation", _("Translation (vertaling)")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    receipt_number = models.CharField(max_length=20, unique=True)
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="filings")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    deadline = models.ForeignKey(
        Deadline, null=True, blank=True, on_delete=models.PROTECT, related_name="filings"
    )
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="filing")
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    # The last moment as it stood at receipt: a later extension does not change what this receipt says.
    due_at = models.DateTimeField(null=True, blank=True)
    late_reason = models.CharField(max_length=500, blank=True)

    objects = FilingQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(deadline__isnull=True) | Q(due_at__isnull=False),
                name="filing_for_a_term_keeps_its_end",
            ),
        ]

    @property
    def in_time(self) -> bool | None:
        """None where no term applies."""
        return None if self.due_at is None else self.received_at <= self.due_at

    @property
    def margin(self) -> timedelta | None:
        """How much earlier (or, negative, later) than the last moment it came in."""
        return None if self.due_at is None else self.due_at - self.received_at
