"""Interviews: who is at one makes the report of that day there (model C6, weekly slot, 3)."""

from datetime import date

from django.db.models import Q
from django.utils import timezone

from procedure.models import Appointment, Procedure, Transition

INTERVIEWS = (
    Appointment.Kind.APPLICATION_INTERVIEW,
    Appointment.Kind.DETAILED_INTERVIEW,
    Appointment.Kind.EXTENDED_INTERVIEW,
    Appointment.Kind.DUBLIN,
    Appointment.Kind.ONE_DAY_TEST,
)
# Steps on the first of the days, on which the interview is held.
_FIRST_DAYS = ("start_general_procedure", "hold_one_day_test")


def interview_days(whose: Q) -> set[date]:
    """The days of the interviews that stand, of one procedure or one person."""
    meetings = Appointment.objects.standing().filter(whose, kind__in=INTERVIEWS)
    return {timezone.localdate(starts_at) for starts_at in meetings.values_list("starts_at", flat=True)}


def interview_days_after(procedure: Procedure, transition: Transition) -> set[date]:
    """The same for a procedure in which a step was just taken, perhaps on the day of the interview."""
    days = interview_days(Q(procedure=procedure))
    if transition.name in _FIRST_DAYS and procedure.day_one_on:
        days.add(procedure.day_one_on)
    return days
