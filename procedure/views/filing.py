"""Filing a document, and its receipt."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from asylum_portal import clock, errors
from asylum_portal.accounts.models import User
from asylum_portal.accounts.requests import SignedInRequest
from cases.audit import record
from cases.document_types import may_see
from procedure import filings
from procedure.filings import Kind
from procedure.forms import FilingForm
from procedure.guards import StateForbids
from procedure.models import Filing, Procedure


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def file(request: SignedInRequest, pk, kind: str) -> HttpResponse:
    """One page a kind: corrections, response, evidence. Late is taken too, and says so."""
    now = clock.now()
    procedure = (
        Procedure.objects.visible_to(request.user, on=clock.today())
        .select_related("case__applicant", "package")
        .filter(pk=pk)
        .first()
    )
    if procedure is None or kind not in Kind.values:
        raise Http404
    kind = Kind(kind)
    # What is a step of its own was perhaps taken by the first of two clicks: the action finds its receipt.
    second_click = request.method == "POST" and kind in filings.STEP_OF_KIND
    if not second_click and not filings.can_be_filed(procedure, kind, on=clock.today()):
        return errors.page(request, 409, reasons=[_("This cannot be filed where the case stands now.")])
    if not filings.may_file(request.user, procedure, kind, on=clock.today()):
        raise PermissionDenied
    term = filings.term_of(procedure, kind)
    form = FilingForm(
        request.POST or None,
        request.FILES or None,
        kind=kind,
        late=term is not None and term.due_at < now,
        closes=filings.would_close(procedure, kind, by=request.user, on=clock.today()),
        originals=procedure.case.documents.visible_to(request.user, on=clock.today()),
    )
    if request.method == "POST" and form.is_valid():
        try:
            filing = filings.file_submission(
                procedure,
                kind,
                content=form.cleaned_data["content"],
                actor=request.user,
                at=now,
                late_reason=form.cleaned_data.get("late_reason", ""),
                complete=form.cleaned_data.get("complete", False),
                translation_of=form.cleaned_data.get("translation_of"),
            )
        except StateForbids as forbidden:
            return errors.page(request, 409, reasons=[str(reason) for reason in forbidden.reasons])
        return redirect("procedure:receipt", pk=filing.pk)
    return render(
        request,
        "procedure/file.html",
        {
            "procedure": procedure,
            "case": procedure.case,
            "kind": kind,
            "term": term,
            "form": form,
            "day": clock.today(),
        },
        status=400 if form.is_bound else 200,
    )


@require_safe
@login_required
def receipt(request: SignedInRequest, pk) -> HttpResponse:
    """The receipt of a filing: when it came in, which bytes, in time by how much."""
    filing = (
        Filing.objects.visible_to(request.user, on=clock.today())
        .select_related("procedure__case__applicant", "document", "filed_by", "deadline__procedure__package")
        .filter(pk=pk)
        .first()
    )
    if filing is None:
        raise Http404
    record(request.user, "receipt.view", at=clock.now(), case=filing.procedure.case, target=filing)
    return render(
        request,
        "procedure/receipt.html",
        {
            "filing": filing,
            "case": filing.procedure.case,
            "rows": _rows(filing, reader=request.user),
            "kind": "warning" if filing.in_time is False else "success",
            "verdict": _verdict(filing),
        },
    )


def _rows(filing: Filing, *, reader: User) -> list[dict]:
    rows: list[dict] = [
        {"key": _("What"), "value": filing.get_kind_display()},
        {"key": _("Received"), "value": filing.received_at},
        {
            "key": _("To the second"),
            "value": filing.received_at.isoformat(timespec="seconds"),
            "isolate": True,
        },
        {"key": _("Sent by"), "value": filing.filed_by.display_name, "isolate": True},
        {"key": _("Fingerprint (SHA-256)"), "value": filing.document.received_sha256, "isolate": True},
    ]
    if may_see(filing.document.code, reader.role):
        # A file name can tell a story; who may not read the document does not read its name.
        rows.append({"key": _("File"), "value": filing.document.original_name, "isolate": True})
    if filing.due_at:
        rows.append({"key": _("Last moment"), "value": filing.due_at})
    if filing.late_reason:
        rows.append({"key": _("Why late"), "value": filing.late_reason, "isolate": True})
    return rows


def _verdict(filing: Filing) -> str:
    if filing.margin is None:
        return _("Received.")
    minutes = int(abs(filing.margin).total_seconds() // 60)
    span = {"days": minutes // 1440, "hours": minutes % 1440 // 60, "minutes": minutes % 60}
    if filing.in_time:
        return _("In time, with %(days)s d %(hours)s h %(minutes)s min to spare.") % span
    return (
        _("Late by %(days)s d %(hours)s h %(minutes)s min. It is read as long as there is no decision.")
        % span
    )
