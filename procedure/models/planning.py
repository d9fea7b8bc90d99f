"""Planned days of the general procedure, and appointments."""

import uuid
from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from procedure.partners import part_of

from .procedure import Procedure


class ProcedureDay(models.Model):
    """One day of the general procedure; frozen when day 1 begins."""

    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="days")
    number = models.PositiveSmallIntegerField()
    on = models.DateField()
    step = models.CharField(max_length=200, help_text=_("the package's sentence; translated when shown"))
    closes = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    # The days passed over just before this one: [{"date": ..., "name": ...}].
    skipped_before = models.JSONField(default=list)
    # During a pause without an end its date says only when it would have been.
    stands_still = models.BooleanField(default=False)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="one_day_a_number"),
            models.UniqueConstraint(fields=["procedure", "on"], name="one_number_a_day"),
        ]


class AppointmentQuerySet(models.QuerySet):
    def visible_to(self, user, *, on: date) -> Self:
        found = self.filter(procedure__in=Procedure.objects.visible_to(user, on=on))
        part = part_of(user)
        return found if part is None else found.filter(kind__in=part.appointments)

    def standing(self) -> Self:
        return self.filter(cancelled_at__isnull=True)


class Appointment(models.Model):
    """A meeting that the applicant must come to (model C7)."""

    class Kind(models.TextChoices):
        APPLICATION_INTERVIEW = "APPT-AAN", _("Application interview (aanmeldgehoor)")
        MEDICAL = "APPT-MED", _("Health assessment (medisch advies)")
        INFORMATION = "APPT-VWN", _("Information by VluchtelingenWerk")
        LAWYER = "APPT-LAW1", _("First meeting with your lawyer")
        DETAILED_INTERVIEW = "APPT-NG", _("Detailed interview (nader gehoor)")
        EXTENDED_INTERVIEW = "APPT-VA", _("Extra interview")
        DUBLIN = "APPT-DUB", _("Dublin interview")
        ONE_DAY_TEST = "APPT-HASA", _("One-day test (ééndagstoets)")
        WITHDRAWAL = "APPT-WDR", _("Conversation about withdrawing the application")
        PERMIT_HEARING = "APPT-WDH", _("Hearing about the withdrawal of the permit (intrekkingsgehoor)")
        COLLECT = "APPT-COLL", _("Collect the residence document")
        COURT = "APPT-COURT", _("Hearing at the court")
        DEPARTURE = "APPT-DTV", _("Departure talk (DT&V)")
        HOME = "APPT-HOME", _("See the home and receive the keys")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="appointments")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    starts_at = models.DateTimeField()
    place = models.CharField(max_length=200)
    interpreter_language = models.CharField(max_length=60, blank=True)
    interpreter_booked = models.BooleanField(default=False)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
