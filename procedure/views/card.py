"""The code for the card with which the applicant comes in for the first time."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from asylum_portal import clock, errors
from asylum_portal.accounts.requests import SignedInRequest
from cases.access import account_is_unopened, may_make_card, visible_case_or_404
from cases.actions import AccountInUse, make_card


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def card(request: SignedInRequest, pk) -> HttpResponse:
    """404 when not theirs, 403 when they may not, 409 once the applicant has been in.

    The answer to the POST is the one place where the code ever stands: no redirect, or it would have to be
    kept somewhere on the way.
    """
    today = clock.today()
    case = visible_case_or_404(request.user, pk, on=today)
    if not may_make_card(request.user, case, on=today):
        # Before the state: whether somebody has been in is not for everybody to know.
        raise PermissionDenied
    if not account_is_unopened(case):
        return _too_late(request)
    code = ""
    if request.method == "POST":
        try:
            code = make_card(case, actor=request.user, at=clock.now())
        except AccountInUse:
            return _too_late(request)
    return render(request, "procedure/card.html", {"case": case, "applicant": case.applicant, "code": code})


def _too_late(request: SignedInRequest) -> HttpResponse:
    reason = _("This person has been in the portal already. The desk makes a new card.")
    return errors.page(request, 409, reasons=[reason])
