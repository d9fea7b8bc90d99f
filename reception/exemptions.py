"""Whom the rules of a package let off the weekly report: who is in preparation or the general procedure."""

from django.db.models import QuerySet

from cases.models import Applicant
from procedure.models import Procedure, RulePackage
from procedure.states import GENERAL_STEPS, State, Track

# The information page lets people report in these weeks, Rva 10(4) and 19(2) exempt them.
_SETTING = "reporting_exempt_in_preparation_and_general"
_STEPS = (State.PREPARATION, State.READY, *GENERAL_STEPS)


def people_let_off() -> QuerySet[Applicant]:
    """Those who need not report now; nobody where no package has the switch on."""
    exempting = [package.pk for package in RulePackage.objects.all() if package.law.values.get(_SETTING)]
    procedures = _in_these_steps().filter(package__in=exempting)
    return Applicant.objects.filter(pk__in=procedures.values("case__applicant"))


def is_let_off(applicant: Applicant) -> bool:
    """Need this person not report now?"""
    found = _in_these_steps().filter(case__applicant=applicant).select_related("package").first()
    return found is not None and bool(found.package.law.values.get(_SETTING))


def _in_these_steps() -> QuerySet[Procedure]:
    return Procedure.objects.filter(state__in=_STEPS, track=Track.GENERAL)
