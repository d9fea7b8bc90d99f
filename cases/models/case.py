"""The case: one file an adult (or unaccompanied child), and who may open it."""

import uuid
from datetime import date
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from asylum_portal.accounts.models import PARTNER_ROLES, Role, Team

from .applicant import Applicant
from .spells import Assignment, CounsellorConsent, Guardianship, Involvement, Mandate, in_force


def _holds(model: Any, user, on: date) -> Exists:
    return Exists(model.objects.filter(in_force(on), case=OuterRef("pk"), holder=user))


class CaseQuerySet(models.QuerySet):
    def visible_to(self, user, *, on: date) -> Self:
        """The cases that this person has a relation with on this day; a role alone opens none."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        match user.role:
            case Role.APPLICANT:
                return self.filter(applicant__user=user)
            case Role.GUARDIAN:
                return self.filter(_holds(Guardianship, user, on))
            case Role.LAWYER:
                return self.filter(_holds(Mandate, user, on))
            case Role.CASEWORKER | Role.AUDITOR:
                return self.filter(_holds(Assignment, user, on))
            case Role.PLANNER | Role.SUPERVISOR:
                # The team that a case belongs to is the relation; an assignment opens one of another team.
                return self.filter(Q(team=user.team_id, team__isnull=False) | _holds(Assignment, user, on))
            case Role.COUNSELLOR:
                return self.filter(_holds(CounsellorConsent, user, on))
            case role if role in PARTNER_ROLES:
                involved = Involvement.objects.of(user).current(on=on)
                return self.filter(Exists(involved.filter(case=OuterRef("pk"))))
            case _:
                return self.none()


class SpecialNeed(models.TextChoices):
    """What asks for extra care; from model C1, flags of the case."""

    CHILD = "child", _("child")
    TRAUMA = "trauma", _("trauma")
    MEDICAL = "medical", _("medical")
    TORTURE = "torture", _("torture")
    TRAFFICKING = "trafficking", _("human trafficking")
    LGBTI = "lgbti", _("LGBTI")
    CONVERSION = "conversion", _("conversion")
    DISABILITY = "disability", _("disability")
    PREGNANT = "pregnant", _("pregnant")
    ELDERLY = "elderly", _("elderly")


class Case(models.Model):
    """The file of one applicant at the immigration service."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=20, unique=True)
    applicant = models.OneToOneField(Applicant, on_delete=models.PROTECT, related_name="case")
    # Minor children without a reason of their own travel along on a parent's case.
    children = models.ManyToManyField(Applicant, related_name="accompanied_cases", blank=True)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    opened_on = models.DateField()
    unaccompanied_minor = models.BooleanField(default=False)
    special_needs = ArrayField(
        models.CharField(max_length=20, choices=SpecialNeed.choices), default=list, blank=True
    )

    objects = CaseQuerySet.as_manager()

    def __str__(self) -> str:
        return self.number

    def current_mandate(self, *, on: date) -> Mandate | None:
        return (
            self.mandates.current(on=on)
            .select_related("holder__organisation")
            .order_by("-starts_on", "-pk")
            .first()
        )

    def current_workers(self, *, on: date) -> list:
        """The people assigned on this day, auditors aside."""
        spells = self.assignments.current(on=on).exclude(duty=Assignment.Duty.AUDIT).select_related("holder")
        return list({spell.holder_id: spell.holder for spell in spells}.values())

    def current_guardian(self, *, on: date):
        spell = self.guardianships.current(on=on).select_related("holder").first()
        return spell.holder if spell else None

    def special_need_labels(self) -> list[str]:
        return [str(SpecialNeed(need).label) for need in self.special_needs]
