"""Pages of lawyers, guardians and counsellors: their clients with the terms that run, one client's case."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Min, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from asylum_portal import clock
from asylum_portal.accounts.models import Role
from asylum_portal.accounts.requests import SignedInRequest
from cases.audit import record
from cases.models import Case
from procedure import cards, panels, stages
from procedure.access import may_announce_repeat
from procedure.actions import available_transitions, why_no_repeat
from procedure.filings import kinds_open_to
from procedure.machines import title_of
from procedure.models import Deadline
from procedure.states import State
from procedure.views.partner import partner_cases
from procedure.views.why import TAG_KINDS

READERS = (Role.LAWYER, Role.GUARDIAN, Role.COUNSELLOR, Role.AUDITOR)


@require_safe
@login_required
def clients(request: SignedInRequest) -> HttpResponse:
    """All running terms of all clients in one list, the next to end first; then the clients."""
    if request.user.is_partner:
        return partner_cases(request)
    if request.user.role not in READERS:
        raise PermissionDenied
    today = clock.today()
    owed = Q(owed_by__contains=["lawyer"]) | Q(owed_by__contains=["applicant"])
    terms = (
        Deadline.objects.visible_to(request.user, on=today)
        .running()
        .filter(owed)
        .exclude(procedure__state=State.CLOSED)
        .select_related("procedure__case__applicant", "procedure__package")
        .order_by("due_at")[:200]
    )
    cases = (
        Case.objects.visible_to(request.user, on=today)
        .select_related("applicant")
        .prefetch_related("procedures__package", "procedures__deadlines")
        .annotate(
            next_due=Min("procedures__deadlines__due_at", filter=Q(procedures__deadlines__state="open"))
        )
        .order_by("next_due", "number")
    )
    return render(
        request,
        "procedure/clients.html",
        {
            "rows": [{"term": term, "kind": TAG_KINDS[Deadline.State(term.state)]} for term in terms],
            "cases": _standing(cases, today=today),
            "day": today,
        },
    )


def _standing(cases: Iterable[Case], *, today: date) -> list[dict[str, Any]]:
    """Each case with its newest procedure, and what goes on beside that."""
    newest = {
        case: max(case.procedures.all(), key=lambda procedure: procedure.wish_expressed_on, default=None)
        for case in cases
    }
    stages.bring_machines(*filter(None, newest.values()))
    return [
        {
            "case": case,
            "procedure": procedure,
            "beside": cards.in_short(procedure, today=today) if procedure is not None else [],
        }
        for case, procedure in newest.items()
    ]


def client_case(request: SignedInRequest, case: Case) -> HttpResponse:
    """One client's case: where it stands, what is owed when, what can be filed."""
    today = clock.today()
    record(request.user, "case.view", at=clock.now(), case=case, target=case, purpose="representation")
    procedure = panels.current_procedure(case)
    context: dict[str, Any] = {
        "case": case,
        "procedure": procedure,
        "day": today,
        "names": case.applicant.names.all(),
        "workers": case.current_workers(on=today),
        "may_announce_repeat": may_announce_repeat(request.user, case, on=today)
        and not why_no_repeat(case, on=today),
    }
    if procedure is not None:
        stages.bring_machines(procedure)
        running = [
            term
            for term in procedure.deadlines.all()
            if term.state in (Deadline.State.OPEN, Deadline.State.SUSPENDED, Deadline.State.LAPSED)
        ]
        for term in running:
            term.procedure = procedure
        context |= {
            "rows": [{"term": term, "kind": TAG_KINDS[Deadline.State(term.state)]} for term in running],
            "kinds": kinds_open_to(request.user, procedure, on=today),
            "steps": [
                (name, title_of(name)) for name in available_transitions(procedure, request.user, on=today)
            ],
            "filings": procedure.filings.visible_to(request.user, on=today).select_related("document"),
            "pauses": panels.standing_pauses(procedure),
            "phase": stages.phase_name(procedure),
            "side_label": panels.side_label(procedure),
            "stage": stages.stage_text(procedure),
            "cards": cards.cards(procedure, today=today),
            "road": panels.road(procedure, today=today),
        }
    return render(request, "procedure/client_case.html", context)
