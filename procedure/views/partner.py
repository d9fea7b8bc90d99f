"""Pages of partners such as the police, the court or DT&V: their cases, and their part of one."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _

from asylum_portal import clock, languages
from asylum_portal.accounts.entry import normalise_v_number
from asylum_portal.accounts.models import User
from asylum_portal.accounts.requests import SignedInRequest
from cases.audit import record
from cases.document_types import DOCUMENT_TYPES, codes_uploaded_by, may_see
from cases.models import Case, Document
from procedure import machines, panels
from procedure.access import MAY_BEGIN
from procedure.actions import available_transitions
from procedure.forms import CaseSearch, codes_added_by
from procedure.machines import title_of
from procedure.models import Appeal, Appointment, Deadline, Procedure
from procedure.partners import PARTS, is_told_outcome
from procedure.states import State
from procedure.views.why import TAG_KINDS

PER_PAGE = 50


def partner_cases(request: SignedInRequest) -> HttpResponse:
    """The cases that are open to the reader's body today, and the terms of its part that end first."""
    today = clock.today()
    search = CaseSearch(request.GET)
    wanted = search.cleaned_data["q"] if search.is_valid() else ""
    cases = Case.objects.visible_to(request.user, on=today).select_related("applicant")
    page = Paginator(
        _found(cases, wanted).prefetch_related("procedures").order_by("-opened_on", "number"), PER_PAGE
    ).get_page(request.GET.get("page"))
    terms = (
        Deadline.objects.visible_to(request.user, on=today)
        .running()
        .exclude(procedure__state=State.CLOSED)
        .select_related("procedure__case__applicant", "procedure__package")
        .order_by("due_at")[:PER_PAGE]
    )
    rows = [{"term": term, "kind": TAG_KINDS[Deadline.State(term.state)]} for term in terms]
    return render(
        request,
        "procedure/partner_cases.html",
        {
            "search": search,
            "wanted": wanted,
            "rows": [] if wanted else rows,
            "page": page,
            "cases": [
                {
                    "case": case,
                    "procedure": max(case.procedures.all(), key=lambda p: p.wish_expressed_on, default=None),
                }
                for case in page
            ],
            "day": today,
            "may_begin": request.user.role in MAY_BEGIN,
        },
        status=400 if search.errors else 200,
    )


def _found(cases: QuerySet[Case], wanted: str) -> QuerySet[Case]:
    if not wanted:
        return cases
    match = Q(number__icontains=wanted) | Q(applicant__name__icontains=wanted)
    if number := normalise_v_number(wanted):
        match |= Q(applicant__v_number__iexact=number) | Q(applicant__v_number__iexact=f"V{number}")
    return cases.filter(match)


def partner_case(request: SignedInRequest, case: Case) -> HttpResponse:
    """The part of one case that a partner works on: who it is, where it stands, its own terms and steps."""
    reader, today = request.user, clock.today()
    record(reader, "case.view", at=clock.now(), case=case, target=case)
    procedure = panels.current_procedure(case)
    context: dict[str, Any] = {
        "case": case,
        "procedure": procedure,
        "day": today,
        "person_rows": _person(case, reader=reader),
        "documents": _documents(case, reader=reader),
        "handed_in": _handed_in(case, reader=reader),
        "may_hand_in": bool(codes_added_by(reader)),
        "reads_documents": any(may_see(code, reader.role) for code in DOCUMENT_TYPES),
    }
    if procedure is not None:
        terms = procedure.deadlines.visible_to(reader, on=today).running().order_by("due_at")
        rows = []
        for term in terms:
            term.procedure = procedure
            rows.append({"term": term, "kind": TAG_KINDS[Deadline.State(term.state)]})
        context |= {
            "standing": _standing(procedure, reader=reader),
            "steps": [(name, title_of(name)) for name in available_transitions(procedure, reader, on=today)],
            "rows": rows,
            "appointments": Appointment.objects.visible_to(reader, on=today)
            .filter(procedure=procedure)
            .order_by("starts_at"),
        }
    return render(request, "procedure/partner_case.html", context)


def _person(case: Case, *, reader: User) -> list[dict[str, Any]]:
    applicant = case.applicant
    rows: list[dict[str, Any]] = [
        {"key": _("V-number (V-nummer)"), "value": applicant.v_number, "isolate": True},
        {"key": _("Case number"), "value": case.number, "isolate": True},
        {"key": _("Reads"), "value": languages.known(applicant.reading_language).own_name, "isolate": True},
        {"key": _("Interpreter"), "value": applicant.interpreter_language, "isolate": True},
    ]
    if PARTS[reader.role].lawyer:
        mandate = case.current_mandate(on=clock.today())
        lawyer = mandate.holder.display_name if mandate else _("none")
        rows.append({"key": _("Lawyer"), "value": lawyer, "isolate": True})
    return rows


def _standing(procedure: Procedure, *, reader: User) -> list[dict[str, Any]]:
    """Where the case stands in words, and of decisions what this body is told of them (model C8)."""
    rows: list[dict[str, Any]] = [
        {"key": _("The application"), "value": procedure.get_state_display()},
        {"key": _("Road"), "value": procedure.get_track_display()},
    ]
    if machine := PARTS[reader.role].machine:
        beside = machines.current(procedure, machine)
        if beside is not None:
            rows.append({"key": machines.MACHINE_LABELS[machine], "value": beside.get_state_display()})
    if is_told_outcome(reader.role) and procedure.decided_on:
        rows += [
            {"key": _("Decision"), "value": procedure.get_outcome_display()},
            {"key": _("Decided on"), "value": procedure.decided_on},
        ]
    if reader.role in DOCUMENT_TYPES["DOC-RULING"].fact_only_for:
        rows += _judgments(machines.current(procedure, "appeal"))
    return rows


def _judgments(appeal: Appeal | None) -> list[dict[str, Any]]:
    if appeal is None:
        return []
    rows = []
    if appeal.provisional_granted is not None:
        measure = _("granted") if appeal.provisional_granted else _("refused")
        rows.append({"key": _("Provisional measure (voorlopige voorziening)"), "value": measure})
    if appeal.ruling:
        rows.append({"key": _("Judgment (uitspraak)"), "value": appeal.get_ruling_display()})
    if appeal.higher_ruling:
        rows.append({"key": _("Judgment in higher appeal"), "value": appeal.get_higher_ruling_display()})
    return rows


def _documents(case: Case, *, reader: User) -> list[dict[str, Any]]:
    """What this body reads, as the list of documents shows it."""
    visible = case.documents.visible_to(reader, on=clock.today()).filter(status=Document.Status.AVAILABLE)
    return [
        {
            "name": document.title,
            "url": reverse("cases:document", args=[document.pk]),
            "at": document.received_at,
            "size": filesizeformat(document.size),
        }
        for document in visible
    ]


def _handed_in(case: Case, *, reader: User) -> list[dict[str, Any]]:
    """What this body has put on file itself: that it is there, also where it does not read it back."""
    own = case.documents.filter(uploaded_by__role=reader.role, code__in=codes_uploaded_by(reader.role))
    return [
        {
            "name": document.title,
            "at": document.received_at,
            "tag": document.get_status_display(),
            "kind": "done" if document.status == Document.Status.AVAILABLE else "paused",
        }
        for document in own
    ]
