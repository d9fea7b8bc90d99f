"""Rights with a first and a last day: mandates, assignments, guardianships, consents, partners' part."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from asylum_portal.accounts.models import PARTNER_ROLES, Organisation, Role, User


def in_force(on: date) -> Q:
    """Spells that hold on this day; the last day counts whole."""
    return Q(starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gte=on))


class SpellQuerySet(models.QuerySet):
    def current(self, *, on: date) -> Self:
        return self.filter(in_force(on))

    def of(self, user) -> Self:
        return self.filter(holder=user)


class Period(models.Model):
    """A relation with a case that starts and ends by date."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="%(class)ss")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    objects = SpellQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="%(class)s_ends_after_it_starts",
            ),
        ]


class Spell(Period):
    """A relation between a person and a case."""

    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="%(class)ss")

    class Meta(Period.Meta):
        abstract = True
        indexes = [models.Index(fields=["holder", "case"], name="%(class)s_holder_case")]


class Mandate(Spell):
    """A lawyer's right to act for the applicant (machtiging)."""

    class Meta(Spell.Meta):
        constraints = [
            *Spell.Meta.constraints,
            models.UniqueConstraint(
                fields=["case"], condition=Q(ends_on__isnull=True), name="one_open_mandate_a_case"
            ),
        ]


class Assignment(Spell):
    """A worker's duty in a case: it opens the file to her, her role alone does not."""

    class Duty(models.TextChoices):
        REGISTRATION = "registration", _("registration")
        INTERVIEW = "interview", _("interview")
        DECISION = "decision", _("decision")
        PLANNING = "planning", _("planning")
        COORDINATION = "coordination", _("coordination")
        AUDIT = "audit", _("audit")

    duty = models.CharField(max_length=20, choices=Duty.choices, default=Duty.DECISION)


class Guardianship(Spell):
    """The guardian of an unaccompanied child (voogdij, Nidos); ends at eighteen."""


class CounsellorConsent(Spell):
    """The applicant lets a VluchtelingenWerk counsellor look along; ends when withdrawn."""


PARTNERS = [(role.value, role.label) for role in Role if role in PARTNER_ROLES]


class InvolvementQuerySet(SpellQuerySet):
    def of(self, user: User) -> Self:
        """Those of the body that this person works for; where no office is named, all its offices."""
        office = Q(organisation__isnull=True) | Q(organisation=user.organisation_id)
        return self.filter(office, role=user.role)


class Involvement(Period):
    """A partner's part in a case, such as the border police's while a border measure lasts.

    It opens the part of the file that this work needs to everybody of that role, or of the one named office.
    """

    role = models.CharField(max_length=20, choices=PARTNERS)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="involvements"
    )

    objects = InvolvementQuerySet.as_manager()  # type: ignore[misc]

    class Meta(Period.Meta):
        constraints = [
            *Period.Meta.constraints,
            models.UniqueConstraint(
                fields=["case", "role"],
                condition=Q(ends_on__isnull=True),
                name="one_open_involvement_a_role",
            ),
            models.CheckConstraint(
                condition=Q(role__in=sorted(str(role) for role in PARTNER_ROLES)),
                name="involvement_is_of_a_partner",
            ),
        ]
        indexes = [models.Index(fields=["role", "case"], name="involvement_role_case")]

    def people(self) -> models.QuerySet[User]:
        """Those of the body that has this part; where no office is named, of all its offices."""
        office = {} if self.organisation_id is None else {"organisation": self.organisation_id}
        return User.objects.filter(role=self.role, is_active=True, **office).order_by("pk")
