"""The first page of every role."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import get_language_from_request
from django.views.decorators.http import require_safe

from asylum_portal import clock
from asylum_portal.accounts.models import PARTNER_ROLES, Organisation, Role, User
from asylum_portal.accounts.requests import SignedInRequest
from asylum_portal.home.status import status_context
from cases.audit import record
from cases.models import Case


@require_safe
def choose_language(request: HttpRequest) -> HttpResponse:
    """The bare address goes to the reader's language, or to Dutch."""
    return HttpResponseRedirect(f"/{get_language_from_request(request) or settings.LANGUAGE_CODE}/")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Strangers see how to come in; everybody else the first page of her work."""
    user = request.user
    if not user.is_authenticated:
        return render(request, "home/welcome.html")
    match user.role:
        case Role.APPLICANT:
            return _status(request, reader=user)
        case Role.LAWYER | Role.GUARDIAN | Role.COUNSELLOR | Role.AUDITOR:
            return redirect("procedure:clients")
        case Role.CASEWORKER | Role.PLANNER | Role.SUPERVISOR:
            return redirect("procedure:worklist")
        case Role.RECEPTION:
            return redirect("reception:desk")
        case Role.ADMINISTRATOR:
            return redirect("admin:index")
        case role if role in PARTNER_ROLES:
            return redirect("procedure:clients")
        case _:
            raise Http404


def _status(request: HttpRequest, *, reader: User) -> HttpResponse:
    today = clock.today()
    case = Case.objects.visible_to(reader, on=today).select_related("applicant").first()
    if case is None:
        return render(request, "home/no_case.html")
    record(reader, "case.view", at=clock.now(), case=case, target=case, purpose="own case")
    return render(request, "home/status.html", status_context(case, reader=reader, today=today))


@require_safe
@login_required
def who_helps(request: SignedInRequest) -> HttpResponse:
    """The organisations and what each can do for the reader."""
    context: dict[str, Any] = {"organisations": Organisation.objects.filter(is_directory=True)}
    if request.user.role == Role.APPLICANT:
        context["case"] = Case.objects.visible_to(request.user, on=clock.today()).first()
    return render(request, "home/who_helps.html", context)
