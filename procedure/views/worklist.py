"""The work list of the service: what must happen today comes first."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import IntEnum
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from asylum_portal import clock, dates
from asylum_portal.accounts.entry import normalise_v_number
from asylum_portal.accounts.models import User
from asylum_portal.accounts.requests import SignedInRequest
from cases.models import Assignment, Case
from procedure.access import MAY_BEGIN, SERVICE_ROLES
from procedure.forms import WorklistFilter
from procedure.models import Deadline, Filing, Procedure, ProcedureDay, Transition
from procedure.rules import Mode
from procedure.states import OPEN, TRACKS_WITH_DAYS, Schedule, State, Track

PER_PAGE = 50


class Urgency(IntEnum):
    """The groups of the list, in their order."""

    OVERDUE = 0
    TODAY = 1
    CAME_IN = 2
    LATER = 3

    @property
    def heading(self) -> str:
        return {
            Urgency.OVERDUE: _("Too late"),
            Urgency.TODAY: _("Today"),
            Urgency.CAME_IN: _("Came in since the last step"),
            Urgency.LATER: _("Later"),
        }[self]


@never_cache
@require_safe
@login_required
def worklist(request: SignedInRequest) -> HttpResponse:
    """The cases of this worker, those that cannot wait first."""
    if request.user.role not in SERVICE_ROLES:
        raise PermissionDenied
    today = clock.today()
    mine = Procedure.objects.visible_to(request.user, on=today)
    form = WorklistFilter(request.GET, languages=_languages(request.user, on=today))
    form.is_valid()
    listed = with_urgency(_filtered(mine, form.cleaned_data, user=request.user, on=today), on=today)
    counts = dict(listed.order_by().values_list("urgency").annotate(Count("pk")))
    paginator = Paginator(_with_what_rows_show(listed, on=today), PER_PAGE)
    paginator.count = sum(counts.values())  # counted already, group by group
    page = paginator.get_page(request.GET.get("page"))
    now = clock.now()
    groups: dict[Urgency, list[dict[str, Any]]] = {}
    for procedure in page.object_list:
        groups.setdefault(Urgency(procedure.urgency), []).append(_row(procedure, today=today, now=now))
    return render(
        request,
        "procedure/worklist.html",
        {
            "form": form,
            "filtered": any(form.data.get(name) for name in form.fields),
            "page": page,
            "groups": [(urgency.heading, counts[urgency], rows) for urgency, rows in groups.items()],
            "total": paginator.count,
            "day": today,
            "may_begin": request.user.role in MAY_BEGIN,
        },
        status=400 if form.errors else 200,
    )


def _languages(user: User, *, on: date) -> list[str]:
    spoken = Case.objects.visible_to(user, on=on).values_list("applicant__interpreter_language", flat=True)
    return sorted(set(spoken.order_by("applicant__interpreter_language").distinct()) - {""})


def _filtered(
    procedures: QuerySet[Procedure], wanted: Mapping[str, Any], *, user: User, on: date
) -> QuerySet[Procedure]:
    """One procedure a case, the newest, as far as the filters let it through."""
    of_case = Procedure.objects.filter(case=OuterRef("case"))
    newer = of_case.filter(wish_expressed_on__gt=OuterRef("wish_expressed_on"))
    procedures = procedures.exclude(Exists(newer))
    if state := wanted.get("state"):
        procedures = procedures.filter(state=state)
    elif not wanted.get("q"):
        # A closed case is work as long as the service owes something, as a decision on a family's request.
        procedures = procedures.filter(~Q(state=State.CLOSED) | Exists(_owed_by_service()))
    match wanted.get("track"):
        case schedule if schedule in Schedule.values:
            procedures = procedures.filter(schedule=schedule)
        case track if track in Track.values:
            procedures = procedures.filter(track=track)
    match wanted.get("whose"):
        case "mine":
            duties = Assignment.objects.current(on=on).of(user).filter(case=OuterRef("case"))
            procedures = procedures.filter(Exists(duties))
        case "team":
            procedures = procedures.filter(case__team__isnull=False, case__team=user.team_id)
    if language := wanted.get("language"):
        procedures = procedures.filter(case__applicant__interpreter_language=language)
    if until := wanted.get("due_until"):
        procedures = procedures.filter(Exists(_owed_by_service().filter(effective_due_on__lte=until)))
    if q := wanted.get("q"):
        names = Case.objects.filter(pk=OuterRef("case"), applicant__names__name__icontains=q)
        found = Q(case__number__icontains=q) | Q(case__applicant__name__icontains=q) | Q(Exists(names))
        if number := normalise_v_number(q):
            found |= Q(case__applicant__v_number__icontains=number)
        procedures = procedures.filter(found)
    return procedures


def _owed_by_service() -> QuerySet[Deadline]:
    """The terms of the procedure outside that the service owes and whose time runs."""
    return Deadline.objects.ticking().filter(
        procedure=OuterRef("pk"), owed_by__overlap=[str(role) for role in SERVICE_ROLES]
    )


def with_urgency(procedures: QuerySet[Procedure], *, on: date) -> QuerySet[Any]:
    """Which group each belongs to on this day. A planning norm or a minimum makes nothing urgent."""
    binding = _owed_by_service().filter(soft=False).exclude(derivation__mode=Mode.CALENDAR_MIN.value)
    by_service = Transition.objects.filter(
        procedure=OuterRef("pk"), actor_role__in=[str(role) for role in SERVICE_ROLES]
    )
    day_today = ProcedureDay.objects.filter(procedure=OuterRef("pk"), on=on, stands_still=False)
    came_in = Filing.objects.filter(procedure=OuterRef("pk"), received_at__gt=OuterRef("service_acted_at"))
    return procedures.annotate(
        binding_due_on=Subquery(binding.order_by("due_at").values("effective_due_on")[:1]),
        next_due_on=Subquery(_owed_by_service().order_by("due_at").values("effective_due_on")[:1]),
        service_acted_at=Subquery(by_service.order_by("-id").values("at")[:1]),
    ).annotate(
        urgency=models.Case(
            When(binding_due_on__lt=on, then=Value(Urgency.OVERDUE)),
            When(binding_due_on=on, then=Value(Urgency.TODAY)),
            When(Exists(day_today), state__in=OPEN, track__in=TRACKS_WITH_DAYS, then=Value(Urgency.TODAY)),
            When(Exists(came_in), then=Value(Urgency.CAME_IN)),
            When(withdrawal_requested_on__isnull=False, state__in=OPEN, then=Value(Urgency.CAME_IN)),
            default=Value(Urgency.LATER),
            output_field=models.IntegerField(),
        )
    )


def _with_what_rows_show(procedures: QuerySet[Any], *, on: date) -> QuerySet[Any]:
    owed = Deadline.objects.running().filter(owed_by__overlap=[str(role) for role in SERVICE_ROLES])
    return (
        procedures.select_related("case__applicant", "case__team")
        .prefetch_related(
            # Not joined: the text of the package would come along with every row.
            "package",
            "case__applicant__names",
            "filings",
            # What runs comes before what stands still.
            Prefetch(
                "deadlines",
                queryset=owed.order_by(F("still_since").asc(nulls_first=True), "due_at"),
                to_attr="owed_by_service",
            ),
            Prefetch(
                "days",
                queryset=ProcedureDay.objects.filter(on=on, stands_still=False),
                to_attr="days_today",
            ),
        )
        .order_by("urgency", F("next_due_on").asc(nulls_last=True), "case__number")
    )


def _row(procedure: Any, *, today: date, now: datetime) -> dict[str, Any]:
    term = next(iter(procedure.owed_by_service), None)
    arrived = [
        filing
        for filing in procedure.filings.all()
        if procedure.service_acted_at and filing.received_at > procedure.service_acted_at
    ]
    in_general = procedure.is_open and procedure.track in TRACKS_WITH_DAYS
    return {
        "procedure": procedure,
        "case": procedure.case,
        "state_kind": "now" if procedure.is_open else "done",
        "term": term,
        "term_kind": _term_kind(term, now=now) if term else "",
        "term_away": dates.days_away(term.effective_due_on, today=today) if term else "",
        "is_minimum": term is not None and is_minimum(term),
        "day_today": procedure.days_today[0] if procedure.days_today and in_general else None,
        "arrived": _arrived(len(arrived)),
        "flags": flags_of(procedure, on=today),
    }


def _arrived(n: int) -> str:
    return ngettext("%(n)s filing came in", "%(n)s filings came in", n) % {"n": n} if n else ""


def _term_kind(term: Deadline, *, now: datetime) -> str:
    if is_minimum(term) or term.state == Deadline.State.SUSPENDED:
        return ""
    if term.due_at < now:
        return "warning" if term.soft else "late"
    return "now" if dates.wall_day(term.due_at) == dates.wall_day(now) else "open"


def is_minimum(term: Deadline) -> bool:
    """Does this term say from when the next step is possible, and not until when?"""
    return term.derivation.get("mode") == Mode.CALENDAR_MIN


def flags_of(procedure: Procedure, *, on: date) -> list[dict[str, str]]:
    """What a worker must see at once about the person."""
    case, applicant = procedure.case, procedure.case.applicant
    flags = []
    if procedure.withdrawal_requested_on and procedure.is_open:
        flags.append({"text": _("asks to withdraw"), "kind": "strong"})
    if case.unaccompanied_minor:
        flags.append({"text": _("unaccompanied child"), "kind": "strong"})
    elif applicant.is_minor(on=on):
        flags.append({"text": _("minor"), "kind": "strong"})
    flags += [{"text": str(label), "kind": ""} for label in case.special_need_labels()]
    return flags
