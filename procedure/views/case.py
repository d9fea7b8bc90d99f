"""The case page of the service and the auditor, and the one address of a case for everybody related to it."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from asylum_portal import clock, dates, languages
from asylum_portal.accounts.models import PARTNER_ROLES, Role, User
from asylum_portal.accounts.requests import SignedInRequest
from cases import countries
from cases.access import account_is_unopened, may_change_parts, may_make_card, visible_case_or_404
from cases.audit import record
from cases.document_types import DOCUMENT_TYPES, may_see
from cases.models import Applicant, Case, Document, Message
from procedure import explanations, machines, panels
from procedure.access import SERVICE_ROLES, may_announce_repeat
from procedure.actions import steps_here, why_no_repeat
from procedure.forms import codes_added_by
from procedure.machines import title_of
from procedure.models import Deadline, Filing, Procedure, RulePackage
from procedure.states import TRACKS_WITH_DAYS
from procedure.views.client import client_case
from procedure.views.partner import partner_case
from procedure.views.why import TAG_KINDS
from procedure.views.worklist import flags_of, is_minimum

ENTRIES_PER_PAGE = 50


@never_cache
@require_safe
@login_required
def case(request: SignedInRequest, pk) -> HttpResponse:
    """A case, as the role of the reader needs it."""
    found = visible_case_or_404(request.user, pk, on=clock.today())
    match request.user.role:
        case Role.APPLICANT:
            return redirect("home")
        case Role.LAWYER | Role.GUARDIAN | Role.COUNSELLOR:
            return client_case(request, found)
        case Role.AUDITOR:
            return _for_audit(request, found)
        case role if role in PARTNER_ROLES:
            return partner_case(request, found)
        case role if role in SERVICE_ROLES:
            return _for_work(request, found)
        case _:
            raise PermissionDenied


def _for_work(request: SignedInRequest, found: Case) -> HttpResponse:
    today = clock.today()
    record(request.user, "case.view", at=clock.now(), case=found, target=found, purpose="work")
    procedure = panels.current_procedure(found)
    context = _about(found, procedure, reader=request.user, today=today) | {
        "documents": _documents(found, reader=request.user, on=today),
        "people": _people(found, on=today),
        "parts": found.involvements.current(on=today)
        .select_related("organisation")
        .order_by("starts_on", "pk"),
        "may_change_parts": may_change_parts(request.user, found, on=today),
        "without_card": may_make_card(request.user, found, on=today) and account_is_unopened(found),
        "may_announce_repeat": may_announce_repeat(request.user, found, on=today)
        and not why_no_repeat(found, on=today),
        "family": _family(found, reader=request.user, on=today),
        "may_add_document": bool(codes_added_by(request.user)),
        "last_message": Message.objects.visible_to(request.user, on=today).filter(case=found).last(),
    }
    if procedure is not None:
        steps = steps_here(procedure, request.user, on=today)
        context |= {
            "steps": [(name, title_of(name)) for name, reasons in steps.items() if not reasons],
            "blocked": [(name, title_of(name), reasons) for name, reasons in steps.items() if reasons],
            "road": _road(procedure, today=today),
            "appointments": procedure.appointments.all(),
            "filings": _filings(procedure, reader=request.user, on=today),
        }
    return render(request, "procedure/case.html", context)


def _for_audit(request: SignedInRequest, found: Case) -> HttpResponse:
    """Read only: the time limits, the history and who did or saw what."""
    today = clock.today()
    record(request.user, "case.view", at=clock.now(), case=found, target=found, purpose="audit")
    procedure = panels.current_procedure(found)
    entries = found.audit_entries.select_related("actor").order_by("-sequence")
    page = Paginator(entries, ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
    context = _about(found, procedure, reader=request.user, today=today) | {"page": page}
    return render(request, "procedure/case_audit.html", context)


def _about(found: Case, procedure: Procedure | None, *, reader: User, today: date) -> dict[str, Any]:
    """What every reader of the whole case sees: the person, the time limits, the history."""
    context: dict[str, Any] = {
        "case": found,
        "applicant": found.applicant,
        "procedure": procedure,
        "day": today,
        "person_rows": _person(found, reader=reader),
        "names": [name.name for name in found.applicant.names.all() if name.name != found.applicant.name],
    }
    if procedure is not None:
        law = procedure.package.law
        context |= {
            "flags": flags_of(procedure, on=today),
            "case_rows": _facts(procedure),
            "draft": RulePackage.objects.draft_in_place_of(
                procedure.package, on=procedure.lodged_on or procedure.wish_expressed_on
            ).first(),
            "unsure_settings": [
                spec for spec in law.settings.values() if not spec.confidence.startswith("P")
            ],
            "terms": _terms(procedure),
            "ledger": explanations.ledger_of(procedure, reader=reader),
            "pauses": panels.standing_pauses(procedure),
            "history": procedure.transitions.select_related("actor").order_by("-id"),
            "earlier": found.procedures.exclude(pk=procedure.pk).order_by("-wish_expressed_on"),
        }
    return context


def _person(found: Case, *, reader: User) -> list[dict[str, Any]]:
    applicant = found.applicant
    rows: list[dict[str, Any]] = [
        {"key": _("V-number (V-nummer)"), "value": applicant.v_number, "isolate": True},
        {"key": _("Born"), "value": _birth(applicant)},
        {"key": _("Nationality"), "value": _nationality(applicant)},
        {"key": _("Interpreter"), "value": applicant.interpreter_language, "isolate": True},
        {"key": _("Reads"), "value": languages.known(applicant.reading_language).own_name, "isolate": True},
    ]
    if found.team:
        rows.append({"key": _("Team"), "value": found.team.name, "isolate": True})
    return rows


def _birth(applicant: Applicant) -> str:
    """As far as it is known: a year, a month of a year, or a day."""
    year, month, day = applicant.birth_year, applicant.birth_month, applicant.birth_day
    if year is None:
        return _("not known")
    if month is None:
        return _("in %(year)s, day not known") % {"year": year}
    try:
        if day is None:
            name = dates.month_name(date(year, month, 1))
            return _("in %(month)s %(year)s, day not known") % {"month": name, "year": year}
        return dates.long_date(date(year, month, day))
    except ValueError:
        return applicant.birth_date_parts  # a day that no calendar has, as somebody wrote it down


def _nationality(applicant: Applicant) -> str:
    """The name of the country in the reader's language; what is not a country stays as it was written."""
    code = applicant.nationality
    if not code:
        return _("stateless") if applicant.stateless else _("not known")
    return countries.name_of(code, language=get_language())


def _facts(procedure: Procedure) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [{"key": _("Procedure"), "value": _track(procedure)}]
    if procedure.lodged_on:
        rows.append({"key": _("Application signed"), "value": procedure.lodged_on})
    if procedure.day_one_on:
        rows.append({"key": _("Day 1"), "value": procedure.day_one_on})
    if procedure.withdrawal_requested_on:
        rows.append({"key": _("Asked to withdraw"), "value": procedure.withdrawal_requested_on})
    if procedure.outcome:
        rows += [
            {"key": _("Outcome"), "value": procedure.get_outcome_display()},
            {"key": _("Decision made known"), "value": procedure.decided_on},
        ]
    if procedure.hold:
        rows.append({"key": _("Waits because of"), "value": procedure.get_hold_display()})
    if procedure.code_98:
        # For the service alone: neither the applicant nor the lawyer has this page.
        rows.append({"key": _("Code 98"), "value": _("no right of residence")})
    if procedure.senior_decides:
        rows.append({"key": _("Article 1F"), "value": _("a supervisor takes the decision")})
    rows += [
        {
            "key": machines.MACHINE_LABELS[subject.machine],
            "value": machines.state_label(subject.machine, subject.state),
        }
        for subject in machines.subjects(procedure)
        if subject is not procedure and subject.pk is not None
    ]
    rows.append({"key": _("Rules"), "value": f"{_(procedure.package.title)} ({procedure.package_id})"})
    return rows


def _track(procedure: Procedure) -> str:
    if procedure.track in TRACKS_WITH_DAYS:
        return f"{procedure.get_track_display()}, {procedure.get_schedule_display()}"
    return str(procedure.get_track_display())


def _terms(procedure: Procedure) -> list[dict[str, Any]]:
    rows = []
    for term in procedure.deadlines.all():
        term.procedure = procedure
        rows.append(
            {
                "term": term,
                "kind": TAG_KINDS[Deadline.State(term.state)],
                "is_minimum": is_minimum(term),
                "is_open": term.state == Deadline.State.OPEN,
                "check_the_letter": not term.confidence.startswith("P"),
                "owed_by": [Role(role).label for role in term.owed_by],
            }
        )
    return rows


def _road(procedure: Procedure, *, today: date) -> list[dict[str, Any]]:
    """The planned days as one stage of the road, each skipped day by its name."""
    days: list[dict[str, Any]] = []
    ended = not procedure.is_open or procedure.track not in TRACKS_WITH_DAYS
    for day in procedure.days.all():
        days += [
            {"name": _(skipped["name"]), "date": date.fromisoformat(skipped["date"]), "state": "skipped"}
            for skipped in day.skipped_before
        ]
        state = "past" if ended else panels.day_state(day, today=today)
        days.append({"number": day.number, "name": _(day.step), "date": day.on, "state": state})
    if not days:
        return []
    title = _(procedure.package.law.schedule(procedure.schedule).title)
    stage = "past" if ended or days[-1]["date"] < today else "now" if days[0]["date"] <= today else "next"
    if procedure.track not in TRACKS_WITH_DAYS:
        days = [day for day in days if day["date"] <= (_left_general_on(procedure) or today)]
    return [{"name": title, "state": stage, "days": days}]


def _left_general_on(procedure: Procedure) -> date | None:
    left = procedure.transitions.filter(name__in=["refer_to_extended", "refer_to_dublin"])
    return left.values_list("on", flat=True).last()


def _filings(procedure: Procedure, *, reader: User, on: date) -> list[dict[str, Any]]:
    visible = Filing.objects.visible_to(reader, on=on).filter(procedure=procedure)
    return [
        {"filing": filing, "url": _document_url(filing.document, reader=reader)}
        for filing in visible.select_related("document__translation_of", "filed_by")
    ]


def _documents(found: Case, *, reader: User, on: date) -> list[dict[str, Any]]:
    visible = found.documents.visible_to(reader, on=on).select_related("uploaded_by", "translation_of")
    rows = []
    for document in visible:
        waiting = document.status == Document.Status.QUARANTINED
        readable = _may_see(document, reader=reader)
        rows.append(
            {
                "name": str(document.title),
                "url": _document_url(document, reader=reader),
                "at": document.received_at,
                "kind": "paused" if waiting else "done",
                "tag": document.get_status_display() if waiting else "",
                "text": "" if readable else _conclusion(document, reader=reader),
                "uploaded_by": document.uploaded_by,
                "original_name": document.original_name if readable else "",
            }
        )
    return rows


def _document_url(document: Document, *, reader: User) -> str:
    """Where to read it, for those who may read more than that it exists."""
    if document.status != Document.Status.AVAILABLE or not _may_see(document, reader=reader):
        return ""
    return reverse("cases:document", args=[document.pk])


def _may_see(document: Document, *, reader: User) -> bool:
    # That the reader is related to the case is known here; may_read would ask again for each document.
    original = document.translation_of
    return may_see(document.code, reader.role, original=original.code if original else None)


def _conclusion(document: Document, *, reader: User) -> str:
    if reader.role not in DOCUMENT_TYPES[document.code].conclusion_only_for:
        return ""
    conclusion = document.conclusion or _("none was written down")
    return _("You may know the conclusion only: %(conclusion)s") % {"conclusion": conclusion}


def _people(found: Case, *, on: date) -> list[dict[str, Any]]:
    people = []
    if mandate := found.current_mandate(on=on):
        people.append({"person": mandate.holder, "what": Role.LAWYER.label, "since": mandate.starts_on})
    if guardian := found.current_guardian(on=on):
        people.append({"person": guardian, "what": Role.GUARDIAN.label, "since": None})
    duties = found.assignments.current(on=on).select_related("holder__organisation")
    people += [
        {"person": duty.holder, "what": duty.get_duty_display(), "since": duty.starts_on}
        for duty in duties.order_by("starts_on", "pk")
    ]
    return people


def _family(found: Case, *, reader: User, on: date) -> list[dict[str, Any]]:
    """Children on this file and relatives with one of their own; a link where the reader may follow it."""
    relatives = [{"applicant": child, "relation": _("child on this file")} for child in found.children.all()]
    member = getattr(found.applicant, "family_member", None)
    if member is not None:
        others = member.family.members.exclude(pk=member.pk).select_related("applicant__case")
        relatives += [
            {"applicant": other.applicant, "relation": other.get_relation_display()}
            for other in others
            if other.applicant not in [row["applicant"] for row in relatives]
        ]
    cases = [person.case.pk for row in relatives if hasattr(person := row["applicant"], "case")]
    open_to_reader = set(
        Case.objects.visible_to(reader, on=on).filter(pk__in=cases).values_list("pk", flat=True)
    )
    for row in relatives:
        own = getattr(row["applicant"], "case", None)
        row["case"] = own if own is not None and own.pk in open_to_reader else None
    return relatives
