"""Reception centres, who lives there, and who works there."""

import uuid
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from asylum_portal.accounts.models import Role
from cases.models import Applicant


class Centre(models.Model):
    """A reception centre (asielzoekerscentrum)."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=200)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    # Translated.
    desk = models.TextField(
        _("the desk"),
        blank=True,
        help_text=_("Where the desk is and when it is open. Short and plain; applicants read this."),
    )

    class Meta:
        verbose_name = _("reception centre")
        verbose_name_plural = _("reception centres")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PostingQuerySet(models.QuerySet):
    def current(self, *, on: date) -> Self:
        """Those that hold on this day; the last day counts whole."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)


class Posting(models.Model):
    """A member of the reception staff works at a centre, from one day to another."""

    centre = models.ForeignKey(
        Centre, on_delete=models.PROTECT, related_name="postings", verbose_name=_("reception centre")
    )
    worker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="postings", verbose_name=_("worker")
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ["centre", "worker", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="posting_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["worker", "centre"],
                condition=Q(ends_on__isnull=True),
                name="one_open_posting_a_centre",
            ),
        ]
        indexes = [models.Index(fields=["worker", "centre"])]

    def __str__(self) -> str:
        return f"{self.worker}, {self.centre}"


def centres_of(user, *, on: date) -> models.QuerySet[Centre]:
    """The centres where this person works on this day; none for anybody but reception staff."""
    if not user.is_authenticated or not user.is_active or user.role != Role.RECEPTION:
        return Centre.objects.none()
    return Centre.objects.filter(pk__in=Posting.objects.current(on=on).filter(worker=user).values("centre"))


class StayQuerySet(models.QuerySet):
    def current(self, *, on: date) -> Self:
        return self.filter(Q(arrived_on__lte=on), Q(left_on__isnull=True) | Q(left_on__gt=on))

    def visible_to(self, user, *, on: date) -> Self:
        """Whoever lives at a centre where this person works; the applicant sees her own."""
        if not user.is_authenticated:
            return self.none()
        if user.role == Role.APPLICANT:
            return self.filter(applicant__user=user)
        return self.current(on=on).filter(centre__in=centres_of(user, on=on))


class Stay(models.Model):
    """Somebody lives at a centre."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="stays")
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="stays")
    arrived_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)

    objects = StayQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("arrived_on")),
                name="stay_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["applicant"], condition=Q(left_on__isnull=True), name="one_open_stay_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.applicant_id} {self.arrived_on}"
