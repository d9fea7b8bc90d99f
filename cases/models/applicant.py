"""The person who applies, with names as they are really written, and her family."""

import uuid
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from asylum_portal import languages


class ApplicantQuerySet(models.QuerySet):
    def with_number(self, v_number: str) -> Self:
        """Whose number this is, exactly; some stand in the file with the letter."""
        return self.filter(Q(v_number__iexact=v_number) | Q(v_number__iexact=f"V{v_number}"))


class Applicant(models.Model):
    """A person who applies for asylum, known by the V-number (V-nummer) of the immigration service."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    v_number = models.CharField(max_length=12, unique=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="applicant"
    )
    name = models.CharField(max_length=200, help_text=_("as registered, in Latin script"))
    # A birth date is often known in part only: a year, or a year and a month.
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    birth_month = models.PositiveSmallIntegerField(null=True, blank=True)
    birth_day = models.PositiveSmallIntegerField(null=True, blank=True)
    nationality = models.CharField(max_length=3, blank=True, help_text=_("three letters as in a passport"))
    stateless = models.BooleanField(default=False)
    reading_language = models.CharField(
        max_length=8, choices=[(x, x) for x in languages.MODELTRANSLATION_LANGUAGES]
    )
    interpreter_language = models.CharField(max_length=60)

    objects = ApplicantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(birth_month__isnull=True) | Q(birth_year__isnull=False),
                name="birth_month_needs_year",
            ),
            models.CheckConstraint(
                condition=Q(birth_day__isnull=True) | Q(birth_month__isnull=False),
                name="birth_day_needs_month",
            ),
            models.CheckConstraint(
                condition=Q(birth_month__isnull=True) | Q(birth_month__range=(1, 12)),
                name="birth_month_exists",
            ),
            models.CheckConstraint(
                condition=Q(birth_day__isnull=True) | Q(birth_day__range=(1, 31)), name="birth_day_exists"
            ),
            models.CheckConstraint(
                condition=Q(stateless=False) | Q(nationality=""), name="stateless_has_no_nationality"
            ),
        ]

    def __str__(self) -> str:
        return self.v_number

    def is_minor(self, *, on: date) -> bool:
        """Under eighteen on this day; where the birth date is known in part, in favour of the child."""
        if self.birth_year is None:
            return False
        latest = (self.birth_year + 18, self.birth_month or 12, self.birth_day or 31)
        return (on.year, on.month, on.day) < latest

    @property
    def birth_date_parts(self) -> str:
        """As known: 1990, 1990-05 or 1990-05-17; empty when unknown."""
        known = [self.birth_year, self.birth_month, self.birth_day]
        return "-".join(f"{part:02}" for part in known if part is not None)


class PersonName(models.Model):
    """The same name as written in another script."""

    class Script(models.TextChoices):
        LATIN = "Latn", _("Latin")
        ARABIC = "Arab", _("Arabic")
        ETHIOPIC = "Ethi", _("Ethiopic")
        CYRILLIC = "Cyrl", _("Cyrillic")

    applicant = models.ForeignKey(Applicant, on_delete=models.CASCADE, related_name="names")
    script = models.CharField(max_length=4, choices=Script.choices)
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["applicant", "script"], name="one_name_a_script")]

    def __str__(self) -> str:
        return self.name


class Family(models.Model):
    """People who belong together; each adult has a case of her own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        verbose_name_plural = "families"


class FamilyMember(models.Model):
    class Relation(models.TextChoices):
        PARTNER = "partner", _("partner")
        PARENT = "parent", _("parent")
        CHILD = "child", _("child")
        SIBLING = "sibling", _("brother or sister")

    family = models.ForeignKey(Family, on_delete=models.CASCADE, related_name="members")
    applicant = models.OneToOneField(Applicant, on_delete=models.CASCADE, related_name="family_member")
    relation = models.CharField(max_length=10, choices=Relation.choices)
