"""Who works along in a case: a partner's part is given and ended by hand."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from asylum_portal import clock, errors
from asylum_portal.accounts.requests import SignedInRequest
from cases.access import may_change_parts, visible_case_or_404
from procedure import parts
from procedure.forms import PartForm
from procedure.guards import StateForbids


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def involve(request: SignedInRequest, pk) -> HttpResponse:
    """404 when not theirs, 403 when they may not, 400 for wrong input."""
    today = clock.today()
    case = visible_case_or_404(request.user, pk, on=today)
    if not may_change_parts(request.user, case, on=today):
        raise PermissionDenied
    form = PartForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            parts.open_to_partner(case, actor=request.user, at=clock.now(), **form.cleaned_data)
        except ValidationError as wrong:
            form.add_error(None, wrong)
        else:
            messages.success(request, _("The case is open to this partner from now on."))
            return redirect("procedure:case", pk=case.pk)
    return render(
        request, "procedure/involve.html", {"case": case, "form": form}, status=400 if form.is_bound else 200
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def end(request: SignedInRequest, pk, part: int) -> HttpResponse:
    """404 when not theirs, 403 when they may not, 404 for no part of this case, 409 when it has ended."""
    today = clock.today()
    case = visible_case_or_404(request.user, pk, on=today)
    if not may_change_parts(request.user, case, on=today):
        raise PermissionDenied
    found = get_object_or_404(case.involvements.select_related("organisation"), pk=part)
    found.case = case
    if found.ends_on is not None:
        return errors.page(request, 409, reasons=[_("This part has ended already.")])
    if request.method == "POST":
        try:
            parts.end_part(found, actor=request.user, at=clock.now())
        except StateForbids as forbidden:
            return errors.page(request, 409, reasons=[str(reason) for reason in forbidden.reasons])
        messages.success(request, _("This partner can open the case until the end of today, and is told so."))
        return redirect("procedure:case", pk=case.pk)
    return render(request, "procedure/end_part.html", {"case": case, "part": found})
