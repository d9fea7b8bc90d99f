"""One page a step: what it needs, what follows from it, and taking it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_fsm import TransitionNotAllowed

from asylum_portal import clock
from asylum_portal.accounts.models import Role
from asylum_portal.accounts.requests import SignedInRequest
from procedure import deadlines, machines, partners, previews
from procedure.access import (
    ACTORS,
    SERVICE_ROLES,
    may_give_the_day,
    may_take,
    reasons_open_to,
    visible_procedure_or_404,
)
from procedure.actions import apply_transition, fits_state, unmet_reasons
from procedure.forms import StepForm
from procedure.given import Given
from procedure.models import Procedure
from procedure.step_texts import GRAVE, WARNINGS, WHAT_IT_DOES

# Steps whose days can be tried on the calendar first.
PLANS_DAYS = ("complete_preparation", "announce_other_day_one", "plan_one_day_test", "choose_nine_days")


@dataclass(frozen=True)
class Asked:
    """A step of a procedure on a day, as its page was asked for."""

    procedure: Procedure
    name: str
    on: date
    today: date

    @property
    def title(self) -> Any:
        return machines.title_of(self.name)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def step(request: SignedInRequest, pk, name: str) -> HttpResponse:
    """404 when not theirs, then 409 when the state forbids it, 403 when they may not, 400 for wrong input."""
    today = clock.today()
    procedure = visible_procedure_or_404(request.user, pk, on=today)
    if name not in ACTORS:
        raise Http404
    asked = Asked(procedure, name, _day(request, today=today), today)
    if reasons := unmet_reasons(procedure, name, on=asked.on):
        return _forbidden(request, asked, reasons_open_to(request.user, name, reasons))
    if not may_take(request.user, name, procedure):
        raise PermissionDenied
    if request.method != "POST":
        return _page(request, asked, _form(request, asked, initial=_initial(request, asked)))
    form = _form(request, asked, data=request.POST, files=request.FILES)
    if "look" in request.POST:
        form.full_clean()
        again = _form(request, asked, initial=request.POST.dict())
        return _page(request, asked, again, given=form.given())
    return _take(request, asked, form)


def _take(request: SignedInRequest, asked: Asked, form: StepForm) -> HttpResponse:
    if form.is_valid():
        try:
            apply_transition(
                asked.procedure, asked.name, actor=request.user, at=clock.now(), **form.as_inputs()
            )
        except TransitionNotAllowed as forbidden:
            return _forbidden(request, asked, getattr(forbidden, "reasons", []))
        except ValidationError as wrong:
            _show_on_fields(form, wrong)
        else:
            messages.success(request, _("Done: %(step)s") % {"step": asked.title})
            if request.user.role == Role.APPLICANT:
                return redirect("home")
            return redirect("procedure:case", pk=asked.procedure.case_id)
    return _page(request, asked, form, given=form.given(), status=400)


def _day(request: SignedInRequest, *, today: date) -> date:
    """The day of the event that was typed, by who may; a wrong one is told of later, by the form."""
    typed = request.POST.get("on") or request.GET.get("on") or ""
    if not may_give_the_day(request.user):
        return today
    try:
        return parse_date(typed) or today
    except ValueError:
        return today


def _form(request: SignedInRequest, asked: Asked, **options: Any) -> StepForm:
    return StepForm(
        procedure=asked.procedure, name=asked.name, today=asked.today, actor=request.user, **options
    )


def _initial(request: SignedInRequest, asked: Asked) -> dict[str, Any]:
    initial: dict[str, Any] = {"on": asked.on}
    if day_one_on := request.GET.get("day_one_on"):
        initial["day_one_on"] = day_one_on
    return initial


def _show_on_fields(form: StepForm, wrong: ValidationError) -> None:
    """Each message at its field; one about something that the form does not ask stands above it."""
    if not hasattr(wrong, "error_dict"):
        form.add_error(None, wrong)
        return
    for field, errors in wrong.error_dict.items():
        form.add_error(field if field in form.fields else None, errors)


def _page(
    request: SignedInRequest,
    asked: Asked,
    form: StepForm,
    *,
    given: Given | None = None,
    status: int = 200,
) -> HttpResponse:
    procedure, name = asked.procedure, asked.name
    foreseen = previews.foresee(
        procedure, name, actor=request.user, on=asked.on, at=clock.now(), given=given or form.given()
    )
    foreseen = partners.foreseen_by(request.user, procedure, foreseen)
    return render(
        request,
        "procedure/step.html",
        {
            "procedure": procedure,
            "case": procedure.case,
            "name": name,
            "step_title": asked.title,
            "what_it_does": WHAT_IT_DOES[name],
            "warning": WARNINGS.get(name, ""),
            "grave": name in GRAVE,
            "form": form,
            "file_lost": bool(request.FILES),
            "by_service": request.user.role in SERVICE_ROLES,
            "plans_days": name in PLANS_DAYS,
            "earliest": _too_early_until(asked),
            "foreseen": foreseen,
            "day": asked.today,
            "back": _back(request, asked),
        },
        status=status,
    )


def _too_early_until(asked: Asked) -> date | None:
    """The first day on which the general procedure may be planned, while it has not come."""
    earliest = deadlines.earliest_day_one(asked.procedure) if asked.name == "complete_preparation" else None
    return earliest if earliest and asked.on < earliest else None


def _back(request: SignedInRequest, asked: Asked) -> str:
    if request.user.role == Role.APPLICANT:
        return reverse("home")
    return reverse("procedure:case", args=[asked.procedure.case_id])


def _forbidden(request: SignedInRequest, asked: Asked, reasons: list[str]) -> HttpResponse:
    """409 with the reasons, and what was typed below them: nobody's text is lost."""
    typed = []
    if request.method == "POST":
        typed = [
            {"key": field.label, "value": value, "isolate": True}
            for field in _form(request, asked, data=request.POST, files=request.FILES)
            if (value := _as_typed(field))
        ]
    return render(
        request,
        "procedure/step_forbidden.html",
        {
            "procedure": asked.procedure,
            "case": asked.procedure.case,
            "step_title": asked.title,
            "reasons": reasons,
            "typed": typed,
            # A step of yesterday may be possible with the day on which it happened.
            "other_day": may_give_the_day(request.user)
            and fits_state(asked.procedure, asked.name)
            and may_take(request.user, asked.name, asked.procedure),
            "on": asked.on,
            "back": _back(request, asked),
        },
        status=409,
    )


def _as_typed(field: forms.BoundField) -> str:
    value = field.value()
    if isinstance(field.field, forms.BooleanField):
        return _("yes") if value not in (None, "", False, "False", "false", "0") else ""
    if isinstance(field.field, forms.FileField):
        # The value of a file field is the file from before; what came with the form is its data.
        return getattr(field.data, "name", "")
    if isinstance(field.field, forms.ChoiceField):
        return str(
            next((label for key, label in list(field.field.widget.choices) if key and str(key) == value), "")
        )
    return str(value or "")
