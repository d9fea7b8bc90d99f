"""Why this date: the event, the rule and its article, each day passed over by name, the result."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from asylum_portal import clock
from asylum_portal.accounts.requests import SignedInRequest
from cases.audit import record
from procedure import explanations
from procedure.models import Deadline, Procedure

TAG_KINDS = {
    Deadline.State.OPEN: "open",
    Deadline.State.SUSPENDED: "paused",
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
    found = explanations.explain(deadline, reader=request.user)
    return render(
        request,
        "procedure/why.html",
        {
            "deadline": deadline,
            "case": deadline.procedure.case,
            "found": found,
            "rows": _rows(found),
            "changes": [{"entry": entry} for entry in found.changes],
            "kind": TAG_KINDS[Deadline.State(deadline.state)],
            "day": clock.today(),
        },
    )


def _rows(found: explanations.Explanation) -> list[dict[str, Any]]:
    """The facts in a list: the event, the rule in words, where it is written and how sure that is."""
    deadline = found.deadline
    rows: list[dict[str, Any]] = [
        {"key": _("Began with"), "value": found.event},
        {"key": _("On"), "value": found.starts_at or found.event_on},
    ]
    if deadline.started_on != found.event_on:
        rows.append({"key": _("Counted from"), "value": deadline.started_on})
    rows += [
        {"key": _("How long"), "value": found.length},
        {"key": _("How it is counted"), "value": found.counting},
        {"key": _("Where it is written"), "value": found.source, "isolate": True},
        {"key": _("How sure this is"), "value": found.certainty},
    ]
    if deadline.computed_due_on:
        rows.append({"key": _("Counted last day"), "value": deadline.computed_due_on})
    if deadline.letter_due_on:
        rows.append({"key": _("Last day in the letter"), "value": deadline.letter_says_on})
        if deadline.letter_says_on != deadline.letter_due_on:
            rows.append({"key": _("With the time that stood still since"), "value": deadline.letter_due_on})
        if found.letter_reason:
            rows.append(
                {"key": _("Why the letter has this date"), "value": found.letter_reason, "isolate": True}
            )
    if found.received_by_post_until:
        rows.append({"key": _("Posted in time, it may arrive until"), "value": found.received_by_post_until})
    rows.append(
        {"key": _("Rule"), "value": f"{deadline.rule_code} · {deadline.package_name}", "isolate": True}
    )
    return rows


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
    rows = []
    for term in terms.exclude(state=Deadline.State.CANCELLED):
        term.procedure = procedure
        rows.append({"term": term, "kind": TAG_KINDS[Deadline.State(term.state)]})
    return render(
        request,
        "procedure/terms.html",
        {"procedure": procedure, "case": procedure.case, "rows": rows, "day": clock.today()},
    )
