"""Documents of a case: facts in the database, content sealed on disk."""

import uuid
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.document_types import DOCUMENT_TYPES, codes_seen_by

from .case import Case
from .sealed import SealedTextField


class DocumentQuerySet(models.QuerySet):
    def visible_to(self, user, *, on: date) -> Self:
        """Documents of this person's cases that her role may see (model C8); unscanned ones stay aside."""
        if not user.is_authenticated:
            return self.none()
        codes = codes_seen_by(user.role)
        return self.filter(
            Q(status=Document.Status.AVAILABLE) | Q(uploaded_by=user),
            # A translation shows what its original shows.
            Q(translation_of__isnull=True) | Q(translation_of__code__in=codes),
            case__in=Case.objects.visible_to(user, on=on),
            code__in=codes,
        )

    def of_type(self, code: str) -> Self:
        return self.filter(code=code)


class Document(models.Model):
    """One filed document; it is never deleted or changed, only replaced by a newer one."""

    class Status(models.TextChoices):
        AVAILABLE = "available", _("received and readable")
        QUARANTINED = "quarantined", _("received, still being checked")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    code = models.CharField(max_length=20)
    original_name = SealedTextField()
    media_type = models.CharField(max_length=80)
    extension = models.CharField(max_length=8)
    size = models.PositiveBigIntegerField()
    received_sha256 = models.CharField(max_length=64, help_text=_("of the bytes as they came in"))
    stored_sha256 = models.CharField(max_length=64, help_text=_("of the bytes as they are served"))
    stored_path = models.CharField(max_length=120)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.AVAILABLE)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    # Those who may not read the whole, as of medical advice, see this sentence instead (model C8).
    conclusion = SealedTextField(blank=True)
    translation_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="translations"
    )
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at"]
        indexes = [models.Index(fields=["case", "code"])]

    def __str__(self) -> str:
        return f"{self.code} {self.id}"

    @property
    def title(self) -> str:
        return str(DOCUMENT_TYPES[self.code].title)

    @property
    def neutral_name(self) -> str:
        """The file name for a phone that others may see."""
        return f"document-{str(self.id)[:8]}.{self.extension}"
