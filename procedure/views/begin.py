"""A new application: somebody has made known that she wishes to apply (T01)."""

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

from asylum_portal import clock
from asylum_portal.accounts.requests import SignedInRequest
from cases.actions import NumberKnown
from cases.models import Applicant, Case
from procedure.access import MAY_BEGIN
from procedure.intake import begin_application
from procedure.intake_forms import ApplicationForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def begin(request: SignedInRequest) -> HttpResponse:
    """403 for those who begin no case, 400 for wrong input and for a V-number that is known."""
    if request.user.role not in MAY_BEGIN:
        raise PermissionDenied
    sent = request.POST if request.method == "POST" else None
    form = ApplicationForm(sent, actor=request.user, today=clock.today())
    known: Case | None = None
    if request.method == "POST" and form.is_valid():
        try:
            begun = begin_application(**form.as_inputs(), actor=request.user, at=clock.now())
        except NumberKnown as wrong:
            known = _open_to(request, form.cleaned_data["v_number"])
            _show(form, wrong)
        except ValidationError as wrong:
            _show(form, wrong)
        else:
            messages.success(request, _("The application has begun."))
            return redirect("procedure:case", pk=begun.case_id)
    context: dict[str, Any] = {
        "form": form,
        "known": known,
        "back": reverse("procedure:clients" if request.user.is_partner else "procedure:worklist"),
    }
    return render(request, "procedure/begin.html", context, status=400 if form.is_bound else 200)


def _open_to(request: SignedInRequest, v_number: str) -> Case | None:
    """The case with this number, for those who may open it anyhow."""
    whose = Applicant.objects.with_number(v_number)
    return Case.objects.visible_to(request.user, on=clock.today()).filter(applicant__in=whose).first()


def _show(form: ApplicationForm, wrong: ValidationError) -> None:
    for field, found in getattr(wrong, "error_dict", {None: wrong}).items():
        form.add_error(field if field in form.fields else None, found)
