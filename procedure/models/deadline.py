"""Time limits: one row each, with how its last day was found."""

import uuid
from datetime import date, datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from cases.models import Document
from procedure import rules
from procedure.partners import part_of

from .history import Transition
from .procedure import Procedure
from .rule_package import RulePackage

ONE_SECOND = timedelta(seconds=1)


class DeadlineQuerySet(models.QuerySet):
    def visible_to(self, user, *, on: date) -> Self:
        """Those of one's cases; for a partner those that it owes or works with."""
        found = self.filter(procedure__in=Procedure.objects.visible_to(user, on=on))
        part = part_of(user)
        if part is None:
            return found
        return found.filter(Q(owed_by__contains=[user.role]) | Q(rule_code__in=part.terms))

    def open(self) -> Self:
        return self.filter(state=Deadline.State.OPEN)

    def running(self) -> Self:
        """Open ones, those that stand still, and those that lapsed while their step is still to come."""
        return self.filter(
            state__in=[Deadline.State.OPEN, Deadline.State.SUSPENDED, Deadline.State.LAPSED],
            settled_at__isnull=True,
        )

    def ticking(self) -> Self:
        """Those of the running ones whose time does not stand still."""
        return self.running().exclude(state=Deadline.State.SUSPENDED)

    def past_due(self, *, at: datetime) -> Self:
        """Open ones whose last second is over; a planning norm or a minimum is never missed."""
        return self.open().filter(due_at__lte=at - ONE_SECOND, soft=False)

    def to_remind(self, *, at: datetime) -> Self:
        return self.filter(next_reminder_at__lte=at)


class Deadline(models.Model):
    """A time limit of a rule in one procedure; the letter's date goes before the computed one (C0.2)."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        SUSPENDED = "suspended", _("stands still")
        MET = "met", _("done in time")
        LATE = "late", _("done, but late")
        LAPSED = "lapsed", _("not done in time")
        CANCELLED = "cancelled", _("no longer needed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="deadlines")
    rule_code = models.CharField(max_length=12)
    package_name = models.CharField(max_length=40)
    opened_by = models.ForeignKey(Transition, on_delete=models.PROTECT, related_name="opened_deadlines")
    opened_at = models.DateTimeField()
    started_on = models.DateField(help_text=_("the day of the event that it counts from"))
    computed_due_on = models.DateField(
        null=True,
        blank=True,
        help_text=_("empty where the law names no length and the letter gives the date"),
    )
    letter_due_on = models.DateField(null=True, blank=True)
    # As the letter has it. Time that stands still after the letter makes letter_due_on later than this.
    letter_says_on = models.DateField(null=True, blank=True)
    letter_by = models.ForeignKey(
        Transition, null=True, blank=True, on_delete=models.PROTECT, related_name="dated_deadlines"
    )
    letter_reason = models.CharField(max_length=300, blank=True)
    extended_by = models.ForeignKey(
        Transition, null=True, blank=True, on_delete=models.PROTECT, related_name="extended_deadlines"
    )
    extension = models.CharField(max_length=40, blank=True, help_text=_("the extension of the package"))
    extension_ground = models.CharField(max_length=40, blank=True)
    extension_proof = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    effective_due_on = models.DateField()
    due_at = models.DateTimeField(help_text=_("the last moment at which something is in time"))
    derivation = models.JSONField(default=dict)
    owed_by = ArrayField(models.CharField(max_length=20))
    soft = models.BooleanField(default=False)
    source = models.CharField(max_length=300)
    confidence = models.CharField(max_length=40)
    reminder_profile = models.CharField(max_length=1)
    next_reminder_at = models.DateTimeField(null=True, blank=True)
    reminded_until = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    still_since = models.DateField(
        null=True, blank=True, help_text=_("the first day of a pause whose end is not known")
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_due_on=Coalesce(F("letter_due_on"), F("computed_due_on"))),
                name="effective_due_is_the_letters_or_the_computed",
            ),
            models.CheckConstraint(
                condition=Q(letter_due_on__isnull=False) | Q(computed_due_on__isnull=False),
                name="letter_or_law_gives_a_date",
            ),
            models.CheckConstraint(
                condition=Q(letter_due_on__isnull=True)
                | Q(computed_due_on__isnull=True)
                | Q(letter_due_on=F("computed_due_on"))
                | ~Q(letter_reason=""),
                name="letter_that_differs_needs_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "suspended"], settled_at__isnull=True)
                | Q(state="lapsed")
                | Q(state__in=["met", "late", "cancelled"], settled_at__isnull=False),
                name="settled_deadline_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state="suspended", still_since__isnull=False)
                | (~Q(state="suspended") & Q(still_since__isnull=True)),
                name="what_stands_still_says_since_when",
            ),
            models.UniqueConstraint(
                fields=["procedure", "rule_code"],
                condition=Q(state__in=["open", "suspended"]),
                name="one_open_deadline_a_rule",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_reminder_at"],
                condition=Q(next_reminder_at__isnull=False),
                name="deadline_to_remind",
            ),
            models.Index(fields=["due_at"], condition=Q(state="open"), name="deadline_open_due"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_code} {self.effective_due_on}"

    @property
    def law(self) -> rules.RulePackage:
        """The rules that it was computed with; the case may have moved to others since."""
        return RulePackage.law_of(self.package_name, near=self.procedure.package)

    @property
    def rule(self) -> rules.Rule:
        """The rule of the package that this term was computed with."""
        return self.law.rules[self.rule_code]

    @property
    def title(self):
        return _(self.rule.title)

    @property
    def shown_on(self) -> date | None:
        """The last day; none while the time stands still."""
        return None if self.state == self.State.SUSPENDED else self.effective_due_on

    def is_over(self, *, on: date) -> bool:
        """Is its last day before this one? Never while the time stands still."""
        return self.state != self.State.SUSPENDED and self.effective_due_on < on

    def last_moment(self, *, at: datetime) -> datetime:
        """The last moment as it stands at this one: while the time stands still nothing comes too late."""
        return max(self.due_at, at) if self.state == self.State.SUSPENDED else self.due_at
