"""Who is expected at the desk: today's list, those missed earlier this week, and the search."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, Count, Q, QuerySet, When

from asylum_portal.accounts.entry import normalise_v_number
from cases.models import Applicant, PersonName
from reception.models import Centre, Reception, ReportingSlot
from reception.slots import Week

State, Reason = ReportingSlot.State, ReportingSlot.Reason
# How far back a search finds missed weeks that can still be put right.
_MISSED_WEEKS = 5
_TO_COME_FIRST = Case(When(state__in=[State.PLANNED, State.MISSED], then=0), default=1)


@dataclass(frozen=True, slots=True)
class DeskCount:
    """How today stands."""

    planned: int
    seen: int
    excused: int
    missed_this_week: int


def slots_at_desk(user, *, today: date, centre: Centre | None = None) -> QuerySet[ReportingSlot]:
    """The slots that this person may settle, with what a line shows; bookkeeping of moves is left out."""
    slots = (
        ReportingSlot.objects.visible_to(user, on=today)
        .exclude(reason__in=ReportingSlot.BOOKKEEPING)
        .select_related("duty__stay__applicant", "duty__stay__centre")
        .order_by(_TO_COME_FIRST, "duty__stay__applicant__name", "on")
    )
    return slots.filter(duty__stay__centre=centre) if centre else slots


def missed_this_week(slots: QuerySet[ReportingSlot], *, today: date) -> QuerySet[ReportingSlot]:
    """Not seen on a day of this week that is over."""
    return slots.filter(state=State.MISSED, on__gte=Week.of(today).day(1), on__lt=today)


def count(slots: QuerySet[ReportingSlot], *, today: date) -> DeskCount:
    """The numbers above the list."""
    on_day = Q(on=today)
    found = slots.order_by().aggregate(
        planned=Count("pk", filter=on_day & ~Q(state=State.EXEMPT)),
        seen=Count("pk", filter=on_day & Q(state=State.REPORTED)),
        excused=Count("pk", filter=on_day & Q(state=State.EXCUSED)),
        missed_this_week=Count(
            "pk", filter=Q(state=State.MISSED, on__gte=Week.of(today).day(1), on__lt=today)
        ),
    )
    return DeskCount(**found)


def people_at_desk(user, *, text: str, today: date) -> QuerySet[Reception]:
    """Who lives at this person's centres or is expected there, perhaps only those of a number or a name."""
    people = (
        Reception.objects.visible_to(user, on=today)
        .exclude(state__in=[Reception.State.HOUSED, Reception.State.ENDED])
        .select_related("procedure__case__applicant", "expected_at")
        .order_by("procedure__case__applicant__name", "pk")
    )
    if not text.strip():
        return people
    applicant = "procedure__case__applicant"
    named = PersonName.objects.filter(name__icontains=text.strip()).values("applicant")
    whose = Q((f"{applicant}__name__icontains", text.strip())) | Q((f"{applicant}__in", named))
    number = normalise_v_number(text)
    if number.isdecimal():
        whose |= Q((f"{applicant}__v_number__icontains", number))
    return people.filter(whose)


def search(slots: QuerySet[ReportingSlot], text: str, *, today: date) -> QuerySet[ReportingSlot]:
    """People by V-number or by a name in any script: this week's report, and missed ones before it."""
    whose = Q(duty__stay__applicant__name__icontains=text.strip())
    whose |= Q(pk__in=slots.filter(duty__stay__applicant__names__name__icontains=text.strip()).values("pk"))
    number = normalise_v_number(text)
    if number.isdecimal():
        whose |= Q(duty__stay__applicant__v_number__icontains=number)
    return slots.filter(whose, _this_week_or_missed(today))


def open_reports(user, applicant: Applicant, *, today: date) -> QuerySet[ReportingSlot]:
    """What is still to be settled of one person: this week's report, and missed ones before it."""
    slots = slots_at_desk(user, today=today).filter(duty__stay__applicant=applicant)
    return slots.filter(_this_week_or_missed(today), state__in=[State.PLANNED, State.MISSED]).order_by("on")


def _this_week_or_missed(today: date) -> Q:
    week = Week.of(today)
    missed = Q(state=State.MISSED, on__gte=today - timedelta(weeks=_MISSED_WEEKS), on__lt=today)
    return Q(on__range=(week.day(1), week.day(7))) | missed
