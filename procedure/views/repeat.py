"""A repeat application (herhaalde asielaanvraag): its form M35-O is handed in (T44)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from asylum_portal import clock, errors
from asylum_portal.accounts.models import Role
from asylum_portal.accounts.requests import SignedInRequest
from cases.access import visible_case_or_404
from procedure.access import SERVICE_ROLES, may_announce_repeat
from procedure.actions import announce_repeat_application, why_no_repeat
from procedure.forms import RepeatForm
from procedure.guards import StateForbids


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def announce(request: SignedInRequest, pk) -> HttpResponse:
    """404 when not theirs, 409 while an application runs, 403 when they may not, 400 for wrong input."""
    today = clock.today()
    case = visible_case_or_404(request.user, pk, on=today)
    if reasons := why_no_repeat(case, on=clock.today()):
        return errors.page(request, 409, reasons=[str(reason) for reason in reasons])
    if not may_announce_repeat(request.user, case, on=today):
        raise PermissionDenied
    by_service = request.user.role in SERVICE_ROLES
    form = RepeatForm(request.POST or None, request.FILES or None, by_service=by_service, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            announce_repeat_application(case, actor=request.user, at=clock.now(), **form.as_inputs())
        except StateForbids as forbidden:
            return errors.page(request, 409, reasons=[str(reason) for reason in forbidden.reasons])
        except ValidationError as wrong:
            _show(form, wrong)
        else:
            messages.success(request, _("The repeat application has been announced."))
            return redirect(
                "home" if request.user.role == Role.APPLICANT else reverse("procedure:case", args=[pk])
            )
    context: dict[str, Any] = {
        "case": case,
        "form": form,
        "back": reverse("home")
        if request.user.role == Role.APPLICANT
        else reverse("procedure:case", args=[pk]),
        "file_lost": bool(request.FILES),
    }
    return render(request, "procedure/repeat.html", context, status=400 if form.is_bound else 200)


def _show(form: RepeatForm, wrong: ValidationError) -> None:
    for field, found in getattr(wrong, "error_dict", {None: wrong}).items():
        form.add_error(field if field in form.fields else None, found)
