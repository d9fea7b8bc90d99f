"""Why this date: the event, the rule and its article, each day passed over by name, the result."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from asylum_portal import clock
from asylum_portal.accounts.requests import SignedInRequest
from cases.audit import record
from procedure.models import Deadline, Procedure
from procedure.terms import STEP_TEXTS

TAG_KINDS = {
    Deadline.State.OPEN: "open",
    Deadline.State.MET: "done",
    Deadline.State.LATE: "late",
    Deadline.State.LAPSED: "warning",
    Deadline.State.CANCELLED: "off",
}


@require_safe
@login_required
def why(request: SignedInRequest, pk) -> HttpResponse:
    """The derivation of one term, as it was stored with it."""
    deadline = (
        Deadline.objects.visible_to(request.user, on=clock.today())
        .select_related("procedure__case__applicant", "procedure__package", "opened_by")
        .filter(pk=pk)
        .first()
    )
    if deadline is None:
        raise Http404
    _saw(request, deadline.procedure, deadline)
    rows = [
        {"key": _("Began with"), "value": deadline.opened_by.title},
        {"key": _("Counted from"), "value": deadline.started_on},
        {"key": _("Counted last day"), "value": deadline.computed_due_on},
    ]
    if deadline.letter_due_on:
        rows += [
            {"key": _("Last day in the letter"), "value": deadline.letter_due_on},
        ]
        if not request.user.is_partner:
            rows += [
                {"key": _("Why the letter has this date"), "value": deadline.letter_reason, "isolate": True}
            ]
    rows += [
        {"key": _("Where it is written"), "value": deadline.source, "isolate": True},
        {"key": _("Rule"), "value": f"{deadline.rule_code} · {deadline.package_name}", "isolate": True},
    ]
    return render(
        request,
        "procedure/why.html",
        {
            "deadline": deadline,
            "case": deadline.procedure.case,
            "rows": rows,
            "steps": [
                {"on": date.fromisoformat(step["date"]), "text": _(STEP_TEXTS[step["kind"]])}
                for step in deadline.derivation["counted"]
            ],
            "skipped": [
                {"on": date.fromisoformat(day["date"]), "name": _(day["name"])}
                for day in deadline.derivation["skipped"]
            ],
            "day": clock.today(),
        },
    )


def _saw(request: SignedInRequest, procedure: Procedure, target: Any) -> None:
    """Whoever is not at home in a case leaves a row for each page of it."""
    if request.user.is_partner:
        record(request.user, "case.view", at=clock.now(), case=procedure.case, target=target)


@require_safe
@login_required
def terms(request: SignedInRequest, pk) -> HttpResponse:
    """All terms of a procedure with their dates and states."""
    procedure = (
        Procedure.objects.visible_to(request.user, on=clock.today())
        .select_related("case__applicant", "package")
        .filter(pk=pk)
        .first()
    )
    if procedure is None:
        raise Http404
    _saw(request, procedure, procedure)
    terms = procedure.deadlines.visible_to(request.user, on=clock.today())
    rows = [
        {"term": term, "kind": TAG_KINDS[Deadline.State(term.state)]}
        for term in terms.exclude(state=Deadline.State.CANCELLED)
    ]
    for row in rows:
        row["term"].procedure = procedure
    return render(
        request,
        "procedure/terms.html",
        {"procedure": procedure, "case": procedure.case, "rows": rows, "day": clock.today()},
    )
