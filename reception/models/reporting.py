"""The weekly reporting duty (meldplicht): one slot a person and ISO week."""

import uuid
from datetime import date, datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from asylum_portal.accounts.models import PARTNER_ROLES, Role
from cases.models import Applicant, Case
from reception.slots import Week

from .place import Centre, Stay, centres_of


class Weekday(models.IntegerChoices):
    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")


class ReportingDuty(models.Model):
    """On which weekday somebody reports, from one day to another (rules REP-01 and REP-04)."""

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="duties")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    # Two for who waits for a home with a permit, counted from the week in which it starts.
    every_weeks = models.PositiveSmallIntegerField(default=1)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    # From one day to another she need not come; without a last day until further notice.
    exempt_from = models.DateField(null=True, blank=True)
    exempt_until = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "reporting duties"
        constraints = [
            models.UniqueConstraint(
                fields=["stay"], condition=Q(ends_on__isnull=True), name="one_open_duty_a_stay"
            ),
            models.CheckConstraint(condition=Q(weekday__range=(1, 5)), name="duty_on_a_weekday"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="duty_ends_after_it_starts",
            ),
            models.CheckConstraint(condition=Q(every_weeks__in=[1, 2]), name="duty_each_week_or_two"),
            models.CheckConstraint(
                condition=Q(exempt_until__isnull=True) | Q(exempt_from__isnull=False),
                name="exemption_says_from_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts_on}"

    def has_week(self, week: Week) -> bool:
        """Is there a report in this week? Of every two weeks it is the first, from where the duty starts."""
        return Week.of(self.starts_on).weeks_until(week) % self.every_weeks == 0

    def kept_facts(self) -> dict[str, Any]:
        """What stays when another duty takes the place of this one in the same stay."""
        kept = ("weekday", "every_weeks", "exempt_from", "exempt_until")
        return {name: getattr(self, name) for name in kept}

    def is_exempt(self, *, on: date) -> bool:
        """Need she not come on this day?"""
        if self.exempt_from is None or on < self.exempt_from:
            return False
        return self.exempt_until is None or on <= self.exempt_until


class ReportingSlotQuerySet(models.QuerySet):
    def visible_to(self, user, *, on: date) -> Self:
        """One's own; for reception staff their centres'; for others those of their cases."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        match user.role:
            case Role.APPLICANT:
                return self.filter(duty__stay__applicant__user=user)
            case Role.RECEPTION:
                return self.filter(
                    Q(duty__stay__left_on__isnull=True) | Q(duty__stay__left_on__gt=on),
                    duty__stay__centre__in=centres_of(user, on=on),
                )
            case role if role in PARTNER_ROLES - {Role.POLICE}:
                # Of the partners the police alone has to do with reporting.
                return self.none()
            case _:
                # Who looks after a case plans around these days, and hears when they are missed.
                return self.filter(duty__stay__applicant__case__in=Case.objects.visible_to(user, on=on))

    def of(self, applicant: Applicant) -> Self:
        """The slots of a person, wherever she lived."""
        return self.filter(duty__stay__applicant=applicant)

    def planned(self) -> Self:
        return self.filter(state=ReportingSlot.State.PLANNED)

    def to_remind(self, *, at: datetime) -> Self:
        return self.filter(next_reminder_at__lte=at)


class ReportingSlot(models.Model):
    """One weekly report of one person; a missed one never changes a case (invariant C12.12)."""

    class State(models.TextChoices):
        PLANNED = "planned", _("to come")
        REPORTED = "reported", _("reported")
        EXCUSED = "excused", _("excused")
        EXEMPT = "exempt", _("exempt")
        MISSED = "missed", _("missed")

    class Reason(models.TextChoices):
        """Why somebody need not come: codes alone, so that nothing medical is ever written here."""

        INTERVIEW = "interview", _("interview")
        ILL = "ill", _("ill or in hospital")
        APPOINTMENT = "appointment", _("another appointment of the procedure")
        OTHER = "other", _("another good reason")
        EXEMPTED = "exempted", _("need not report")
        LEFT = "left", _("does not live here any more")
        OTHER_DAY = "other_day", _("another weekday from now on")
        RHYTHM = "rhythm", _("every two weeks from now on")

    # Why a planned report was taken back: it was none that somebody was excused from.
    BOOKKEEPING = (Reason.LEFT, Reason.OTHER_DAY, Reason.RHYTHM)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    duty = models.ForeignKey(ReportingDuty, on_delete=models.PROTECT, related_name="slots")
    iso_year = models.PositiveSmallIntegerField()
    iso_week = models.PositiveSmallIntegerField()
    on = models.DateField()
    # Why it is not on the usual weekday: [{"date": ..., "name": ...}] of the days passed over.
    moved_over = models.JSONField(default=list)
    due_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    # Not protected=True, see procedure.models.Procedure: the database holds the allowed pairs instead.
    state = FSMField(default=State.PLANNED, choices=State.choices, editable=False)
    settled_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    next_reminder_at = models.DateTimeField(null=True, blank=True)
    reminded_until = models.DateTimeField(null=True, blank=True)

    objects = ReportingSlotQuerySet.as_manager()

    class Meta:
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(fields=["duty", "iso_year", "iso_week"], name="one_slot_a_week"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "reported", "excused", "exempt", "missed"]),
                name="slot_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "reported", "missed"], reason="")
                | (Q(state__in=["excused", "exempt"]) & ~Q(reason="")),
                name="slot_says_why_not",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_reminder_at"],
                condition=Q(next_reminder_at__isnull=False),
                name="slot_to_remind",
            ),
            models.Index(fields=["on", "state"]),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.state}"

    @property
    def applicant(self) -> Applicant:
        return self.duty.stay.applicant

    @property
    def centre(self) -> Centre:
        return self.duty.stay.centre

    @transition(field="state", source=[State.PLANNED, State.MISSED], target=State.REPORTED)
    def report(self, *, at: datetime) -> None:
        """The person has come to the desk (Q02); late on the same week still counts as seen."""
        self._settle(at)

    @transition(field="state", source=[State.PLANNED, State.MISSED], target=State.EXCUSED)
    def excuse(self, *, at: datetime, reason: str) -> None:
        """Ill, in hospital or at an interview (Q03)."""
        self.reason = reason
        self._settle(at)

    @transition(field="state", source=State.PLANNED, target=State.EXEMPT)
    def exempt(self, *, at: datetime, reason: str) -> None:
        """Need not come (Q04)."""
        self.reason = reason
        self._settle(at)

    @transition(field="state", source=State.PLANNED, target=State.MISSED)
    def miss(self, *, at: datetime) -> None:
        """The day is over (Q05); from now on staff are reminded instead."""
        self.settled_at = at
        self.reminded_until = None

    def _settle(self, at: datetime) -> None:
        self.settled_at = at
        self.next_reminder_at = None
