"""Putting a document on file that belongs to no step: a judgment, medical advice, a note."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from asylum_portal import clock
from asylum_portal.accounts.requests import SignedInRequest
from cases.access import visible_case_or_404
from cases.actions import file_document
from cases.vault import discarding_on_error
from procedure.access import SERVICE_ROLES
from procedure.forms import DocumentForm, codes_added_by


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def add(request: SignedInRequest, pk) -> HttpResponse:
    """A document of the service or a partner; what clients and lawyers send is filed, with a receipt."""
    case = visible_case_or_404(request.user, pk, on=clock.today())
    partner_hands_in = request.user.is_partner and bool(codes_added_by(request.user))
    if request.user.role not in SERVICE_ROLES and not partner_hands_in:
        raise PermissionDenied
    sent = request.method == "POST"
    form = DocumentForm(request.POST if sent else None, request.FILES if sent else None, worker=request.user)
    if sent and form.is_valid():
        with discarding_on_error(), transaction.atomic():
            file_document(
                case,
                code=form.cleaned_data["code"],
                content=form.cleaned_data["content"],
                actor=request.user,
                at=clock.now(),
                conclusion=form.cleaned_data["conclusion"],
            )
        messages.success(request, _("The document is in the file."))
        return redirect("procedure:case", pk=case.pk)
    return render(
        request, "procedure/add_document.html", {"case": case, "form": form}, status=400 if sent else 200
    )
