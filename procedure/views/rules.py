"""The rules that the portal computes with: packages, their switches and calendar, and changes of them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from asylum_portal import clock
from asylum_portal.accounts.requests import SignedInRequest
from procedure import amendments, term_words
from procedure.amendment_forms import AmendmentForm
from procedure.amendments import CHANGED_BY, READ_BY, Kind, Reach
from procedure.explanations import certainty_of, entry
from procedure.guards import StateForbids
from procedure.models import Amendment, Procedure, RulePackage
from procedure.rules import RulePackage as Law
from procedure.views.compare import READERS

PER_PAGE = 100


@require_safe
@login_required
def packages(request: SignedInRequest) -> HttpResponse:
    """All packages, the newest first, with what waits to be confirmed."""
    _only(request, READERS)
    rows = [
        {
            "package": package,
            "waiting": package.amendments.filter(confirmed_at__isnull=True).count(),
            "changes": len(package.changes),
        }
        for package in RulePackage.objects.order_by("-valid_from")
    ]
    return render(request, "procedure/rules.html", {"rows": rows})


@never_cache
@require_safe
@login_required
def package(request: SignedInRequest, name: str) -> HttpResponse:
    """One package: its switches, its calendar, its time limits with source and certainty, its changes."""
    _only(request, READERS)
    found = get_object_or_404(RulePackage, pk=name)
    law = found.law
    context = {
        "package": found,
        "settings": [_setting(spec) for spec in law.settings.values()],
        "years": [
            {"year": str(year), "days": [{"on": day.on, "source": day.source} for day in days]}
            for year, days in sorted(law.calendar.equated.items())
        ],
        "terms": _terms(law),
        "pauses": [_ground(row, law) for row in law.suspensions.values()],
        "extensions": [_ground(row, law) for row in law.extensions.values()],
        "may_change": request.user.role in CHANGED_BY and found.status == "published",
        "waiting": [],
        "confirmed": [],
    }
    if request.user.role in READ_BY:
        every = found.amendments.select_related("proposed_by", "confirmed_by")
        context["waiting"] = [_change(row) for row in every if row.confirmed_at is None]
        context["confirmed"] = [_change(row) for row in every if row.confirmed_at is not None]
    return render(request, "procedure/package.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def propose(request: SignedInRequest, name: str) -> HttpResponse:
    """Propose one change; what it would move is shown next, and nothing has changed yet."""
    _only(request, CHANGED_BY)
    found = get_object_or_404(RulePackage, pk=name)
    kind, key = request.GET.get("kind", ""), request.GET.get("key", "")
    if kind not in Kind.values or (kind == Kind.SETTING and key not in found.law.settings):
        raise Http404
    if found.status != "published":
        raise StateForbids([_("A draft is changed in its file, and no case uses it.")])
    options: dict[str, Any] = {"kind": kind, "law": found.law, "key": key}
    form = (
        AmendmentForm(request.POST, **options)
        if request.method == "POST"
        else AmendmentForm(initial={"on": request.GET.get("on")}, **options)
    )
    if request.method == "POST" and form.is_valid():
        try:
            proposal = amendments.propose(found, actor=request.user, at=clock.now(), **form.as_inputs())
        except ValidationError as wrong:
            form.show(wrong.message_dict)
        else:
            return redirect("procedure:change", pk=proposal.pk)
    context = {
        "package": found,
        "form": form,
        "kind": Kind(kind).label,
        "setting": _setting(found.law.settings[key]) if kind == Kind.SETTING else None,
    }
    return render(request, "procedure/propose.html", context, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change(request: SignedInRequest, pk) -> HttpResponse:
    """What a proposed change would move, and the button that moves exactly that; or what it has moved."""
    _only(request, READ_BY)
    found = get_object_or_404(
        Amendment.objects.select_related("package", "proposed_by", "confirmed_by"), pk=pk
    )
    if request.method == "POST":
        _only(request, CHANGED_BY)
        if "drop" in request.POST:
            amendments.drop(found, actor=request.user, at=clock.now())
            messages.success(request, _("The proposal was taken back."))
            return redirect("procedure:package", name=found.package_id)
        try:
            seen = request.POST.get("seen", "")
            amendments.confirm(found, actor=request.user, at=clock.now(), seen=seen)
        except StateForbids as forbidden:
            return _change_page(request, found, status=409, reasons=forbidden.reasons)
        messages.success(request, _("The change holds now. Each date that moved has its row."))
        return redirect("procedure:change", pk=found.pk)
    return _change_page(request, found)


def _change_page(
    request: SignedInRequest, found: Amendment, *, status: int = 200, reasons: list[Any] | None = None
) -> HttpResponse:
    found.refresh_from_db()
    reasons = list(reasons or [])
    context: dict[str, Any] = {"change": _change(found), "package": found.package, "row": found}
    if found.confirmed_at is None:
        try:
            reach = amendments.affected(found, on=clock.today())
        except ValidationError as wrong:
            reasons += [str(message) for message in wrong.messages]
        else:
            context |= {
                "seen": reach.fingerprint,
                "total": len(reach.terms),
                "page": _page(request, _moved(request, reach)),
                "days": _moved_days(request, reach),
                "may_confirm": request.user.role in CHANGED_BY,
            }
        context["may_drop"] = request.user.role in CHANGED_BY
    else:
        rows = found.date_changes.select_related("deadline__procedure__case", "deadline__procedure__package")
        mine = _mine(request, [row.deadline.procedure_id for row in rows])
        context["page"] = _page(
            request,
            [
                {
                    "title": str(row.deadline.title),
                    "from_on": row.from_on,
                    "to_on": row.to_on,
                    "procedure": row.deadline.procedure,
                    "url_of": row.deadline.pk if row.deadline.procedure_id in mine else None,
                    "entry": entry(row, reader=request.user),
                }
                for row in rows
            ],
        )
        context["total"] = len(rows)
    # Whose case it is, is for those who change the rules: an administrator has no case.
    context |= {"reasons": reasons, "shows_cases": request.user.role in CHANGED_BY}
    return render(request, "procedure/change.html", context, status=status)


def _moved(request: SignedInRequest, reach: Reach) -> list[dict[str, Any]]:
    mine = _mine(request, [row.deadline.procedure_id for row in reach.terms])
    return [
        {
            "title": str(row.deadline.title),
            "from_on": row.from_on,
            "to_on": row.to_on,
            "procedure": row.deadline.procedure,
            "url_of": row.deadline.pk if row.deadline.procedure_id in mine else None,
        }
        for row in reach.terms
    ]


def _moved_days(request: SignedInRequest, reach: Reach) -> list[dict[str, Any]]:
    return [
        {
            "procedure": row.procedure,
            "next_day_one": row.next_day_one,
            "dates": [
                {"number": number, "from_on": before, "to_on": after}
                for number, (before, after) in sorted(row.dates.items())
            ],
        }
        for row in reach.days
    ]


def _mine(request: SignedInRequest, procedures: list[Any]) -> set[Any]:
    """Those of these procedures that the reader may open."""
    visible = Procedure.objects.visible_to(request.user, on=clock.today()).filter(pk__in=set(procedures))
    return set(visible.values_list("pk", flat=True))


def _page(request: SignedInRequest, rows: list[dict[str, Any]]) -> Any:
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def _setting(spec: Any) -> dict[str, Any]:
    return {
        "spec": spec,
        "value": amendments.value_in_words(spec.value),
        "certainty": certainty_of(spec.confidence),
        "uncertain": not spec.confidence.startswith("P"),
    }


def _terms(law: Law) -> list[dict[str, Any]]:
    return [
        {
            "rule": rule,
            "title": _(rule.title),
            "length": term_words.length(rule, law),
            "counting": str(term_words.MODES[rule.mode]),
            "certainty": certainty_of(rule.confidence),
        }
        for rule in law.rules.values()
    ]


def _ground(row: Any, law: Law) -> dict[str, Any]:
    """A ground for a pause or for more time, with the terms that it is for."""
    grounds = getattr(row, "grounds", {})
    return {
        "title": _(row.title),
        "terms": [f"{_(law.rules[code].title)} ({code})" for code in row.rules],
        "grounds": [_(text) for text in grounds.values()],
        "by": term_words.roles(row.by) if hasattr(row, "by") else "",
        "source": row.source,
        "certainty": certainty_of(row.confidence),
        "uncertain": not row.confidence.startswith("P"),
    }


def _change(row: Amendment) -> dict[str, Any]:
    return {
        "row": row,
        "words": amendments.in_words(row),
        "certainty": certainty_of(row.confidence),
    }


def _only(request: SignedInRequest, roles: frozenset) -> None:
    if request.user.role not in roles:
        raise PermissionDenied
