"""Pages of the people of a centre: who lives or is expected there, one person, and each step of a stay."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_fsm import TransitionNotAllowed

from asylum_portal import clock, errors
from asylum_portal.accounts.models import Role, User
from asylum_portal.accounts.requests import SignedInRequest
from cases.audit import record
from procedure import access as access_to_procedure
from procedure import actions as actions_of_procedure
from procedure import machines, step_texts
from procedure.forms import StepForm
from procedure.guards import StateForbids
from reception import actions, machine
from reception.access import ACTORS, READERS, may_take, may_work_at_desk, steps_for
from reception.desk import people_at_desk
from reception.forms import NOBODY_WAITS, LifeForm, PeopleFilter, ReferForm, form_of
from reception.given import Wanted
from reception.models import Reception, Stay, centres_of
from reception.panels import home_rows, news_rows, place_rows, term_rows
from reception.step_texts import GRAVE, WHAT_IT_DOES
from reception.steps import foresee, take_step, unmet_reasons, waiting_for_a_place

PER_PAGE = 50
GONE = "record_unknown_destination"


@never_cache
@login_required
@require_safe
def people(request: SignedInRequest) -> HttpResponse:
    """Who lives at one's centres or is expected there."""
    worker, today = _at_a_desk(request), clock.today()
    search = PeopleFilter(request.GET)
    wanted = search.cleaned_data["q"] if search.is_valid() else ""
    found = people_at_desk(worker, text=wanted, today=today)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "search": search,
        "wanted": wanted,
        "page": page,
        "centres": centres_of(worker, on=today),
        "lines": _lines(list(page.object_list)),
    }
    return render(request, "reception/people.html", context, status=400 if search.errors else 200)


@never_cache
@login_required
@require_safe
def person(request: SignedInRequest, pk) -> HttpResponse:
    """Where one person stands: her place, the last moments that concern it, and the steps possible now."""
    reception = _visible_or_404(request, pk)
    today, case = clock.today(), reception.procedure.case
    record(request.user, "reception.view", at=clock.now(), case=case, target=reception)
    at_desk = request.user.role == Role.RECEPTION
    context = _about(request, reception) | {
        "steps": steps_for(request.user, reception.procedure, today),
        "gone": machines.title_of(GONE) if _may_record_gone(request.user, reception, today) else "",
        "news": news_rows(reception) if at_desk else [],
        "place": place_rows(reception, today=today) if at_desk else [],
        "home": home_rows(reception),
        "terms": term_rows(reception) if at_desk else [],
        "exempt": at_desk and _is_exempt(reception),
        "day": today,
    }
    return render(request, "reception/person.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def refer(request: SignedInRequest) -> HttpResponse:
    """Somebody who lives nowhere is referred to one of one's centres, by the number on her card."""
    worker, now = _at_a_desk(request), clock.now()
    centres = centres_of(worker, on=clock.today())
    given = (request.POST,) if request.method == "POST" else ()
    form = ReferForm(*given, centres=centres, now=now)
    if request.method == "POST" and form.is_valid():
        procedure = waiting_for_a_place(form.applicant(), on=form.on)
        if procedure is None:
            form.add_error("v_number", NOBODY_WAITS)
        else:
            try:
                take_step(procedure, form.name, actor=worker, at=now, **form.as_inputs())
            except TransitionNotAllowed as forbidden:
                return errors.page(request, 409, reasons=getattr(forbidden, "reasons", []))
            except ValidationError as wrong:
                _show_on_fields(form, wrong)
            else:
                messages.success(request, _("Done: %(step)s") % {"step": machine.title_of(form.name)})
                return redirect("reception:person", pk=procedure.pk)
    context = {
        "form": form,
        "what_it_does": WHAT_IT_DOES[form.name],
        "title": machine.title_of(form.name),
        "back": reverse("reception:people"),
    }
    return render(request, "reception/refer.html", context, status=400 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: SignedInRequest, pk, name: str) -> HttpResponse:
    """404 when not theirs, then 409 when the state forbids it, 403 when they may not, 400 for wrong input."""
    reception = _visible_or_404(request, pk)
    if name not in WHAT_IT_DOES:
        raise Http404
    now, today = clock.now(), clock.today()
    given = (request.POST,) if request.method == "POST" else ()
    ask = form_of(reception, name, worker=request.user, now=now)
    form = ask(*given)
    form.is_valid()
    if reasons := unmet_reasons(reception.procedure, name, on=form.on):
        return _forbidden(request, reception, form, reasons)
    if request.user.role not in ACTORS[name] or not may_take(request.user, name, reception, on=today):
        raise PermissionDenied
    if request.method != "POST":
        return _step_page(request, reception, form)
    if "look" in request.POST:
        again = ask()
        again.initial = request.POST.dict()
        return _step_page(request, reception, again, filled=form)
    if form.is_valid():
        try:
            take_step(reception.procedure, name, actor=request.user, at=now, **form.as_inputs())
        except TransitionNotAllowed as forbidden:
            return _forbidden(request, reception, form, getattr(forbidden, "reasons", []))
        except ValidationError as wrong:
            _show_on_fields(form, wrong)
        else:
            messages.success(request, _("Done: %(step)s") % {"step": machine.title_of(name)})
            return redirect(_after(request, reception))
    return _step_page(request, reception, form, status=400)


@never_cache
@login_required
@require_POST
def report_again(request: SignedInRequest, pk) -> HttpResponse:
    """Somebody who was exempt reports again from today."""
    worker = _at_a_desk(request)
    reception = _visible_or_404(request, pk)
    stay = reception.stay
    if stay is None or not centres_of(worker, on=clock.today()).filter(pk=stay.centre_id).exists():
        raise PermissionDenied
    try:
        actions.end_exemption(stay, actor=worker, on=clock.today(), at=clock.now())
    except StateForbids as refusal:
        return errors.page(request, 409, reasons=refusal.reasons)
    messages.success(request, _("This person reports again."))
    return redirect("reception:person", pk=pk)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def gone(request: SignedInRequest, pk) -> HttpResponse:
    """Somebody has left, and nobody knows where to: a step of the return, recorded where she lived (V07)."""
    _at_a_desk(request)
    reception = _visible_or_404(request, pk)
    procedure, today = reception.procedure, clock.today()
    given = (request.POST,) if request.method == "POST" else ()
    form = StepForm(*given, procedure=procedure, name=GONE, today=today, actor=request.user)
    on = form.cleaned_data.get("on") or today if form.is_valid() else today
    if reasons := actions_of_procedure.unmet_reasons(procedure, GONE, on=on):
        return errors.page(request, 409, reasons=reasons)
    if not access_to_procedure.may_take(request.user, GONE, procedure, on=today):
        raise PermissionDenied
    if form.is_valid():
        try:
            actions_of_procedure.apply_transition(
                procedure, GONE, actor=request.user, at=clock.now(), **form.as_inputs()
            )
        except TransitionNotAllowed as forbidden:
            return errors.page(request, 409, reasons=getattr(forbidden, "reasons", []))
        except ValidationError as wrong:
            _show_on_fields(form, wrong)
        else:
            messages.success(request, _("Done: %(step)s") % {"step": machines.title_of(GONE)})
            return redirect(_after(request, reception))
    context = _about(request, reception) | {
        "form": form,
        "step_title": machines.title_of(GONE),
        "what_it_does": step_texts.WHAT_IT_DOES[GONE],
        "back": reverse("reception:person", args=[pk]),
    }
    return render(request, "reception/gone.html", context, status=400 if form.errors else 200)


# What they share


def _at_a_desk(request: SignedInRequest) -> User:
    if not may_work_at_desk(request.user):
        raise PermissionDenied
    return request.user


def _visible_or_404(request: SignedInRequest, pk) -> Reception:
    """Somebody's reception by her procedure; the same 404 for another centre's and for none."""
    if request.user.role not in READERS:
        raise PermissionDenied
    visible = Reception.objects.visible_to(request.user, on=clock.today()).filter(procedure=pk)
    found = visible.select_related("procedure__case__applicant", "procedure__package", "expected_at").first()
    if found is None:
        raise Http404
    return found


def _after(request: SignedInRequest, reception: Reception) -> str:
    """The person's page, or the list where she is no longer one of this desk's people."""
    visible = Reception.objects.visible_to(request.user, on=clock.today()).filter(pk=reception.pk)
    if visible.exists() or request.user.role != Role.RECEPTION:
        return reverse("reception:person", args=[reception.procedure_id])
    return reverse("reception:people")


def _may_record_gone(user: User, reception: Reception, on: date) -> bool:
    procedure = reception.procedure
    return access_to_procedure.may_take(
        user, GONE, procedure, on=on
    ) and not actions_of_procedure.unmet_reasons(procedure, GONE, on=on)


def _is_exempt(reception: Reception) -> bool:
    stay = reception.stay
    duty = stay.duties.filter(ends_on__isnull=True).first() if stay else None
    return duty is not None and duty.is_exempt(on=clock.today())


def _lines(receptions: list[Reception]) -> list[dict[str, Any]]:
    """The people of the list: name, V-number, language, where each stands; nothing of the case."""
    applicants = [reception.applicant for reception in receptions]
    stays = Stay.objects.filter(applicant__in=applicants, left_on__isnull=True)
    lives_at = dict(stays.values_list("applicant", "centre__name"))
    return [
        {
            "pk": reception.procedure_id,
            "name": reception.applicant.name,
            "v_number": reception.applicant.v_number,
            "language": reception.applicant.reading_language,
            "state": Reception.State(reception.state).label,
            "centre": lives_at.get(reception.applicant.pk, ""),
            "expected_at": reception.expected_at.name if reception.expected_at else "",
        }
        for reception in receptions
    ]


def _about(request: SignedInRequest, reception: Reception) -> dict[str, Any]:
    return {
        "reception": reception,
        "procedure": reception.procedure,
        "applicant": reception.applicant,
        "back": reverse("reception:people")
        if request.user.role == Role.RECEPTION
        else reverse("procedure:case", args=[reception.procedure.case_id]),
    }


def _step_page(
    request: SignedInRequest,
    reception: Reception,
    form: LifeForm,
    *,
    filled: LifeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = filled or form
    foreseen = foresee(
        reception.procedure,
        form.name,
        actor=request.user,
        on=shown.on,
        at=clock.now(),
        wanted=Wanted(**shown.wanted() if shown.is_bound else shown.known()),
    )
    context = _about(request, reception) | {
        "form": form,
        "step_title": machine.title_of(form.name),
        "what_it_does": WHAT_IT_DOES[form.name],
        "grave": form.name in GRAVE,
        "foreseen": foreseen,
        "day": clock.today(),
        "back": reverse("reception:person", args=[reception.procedure_id]),
    }
    return render(request, "reception/step.html", context, status=status)


def _forbidden(
    request: SignedInRequest, reception: Reception, form: LifeForm, reasons: list[str]
) -> HttpResponse:
    """409 with the reasons, and what was typed below them: nobody's text is lost."""
    typed = [
        {"key": field.label, "value": value, "isolate": True}
        for field in (form if form.is_bound else ())
        if (value := _as_typed(field))
    ]
    context = {
        "step_title": machine.title_of(form.name),
        "reasons": reasons,
        "typed": typed,
        "back": reverse("reception:person", args=[reception.procedure_id]),
    }
    return render(request, "procedure/step_forbidden.html", context, status=409)


def _as_typed(field: forms.BoundField) -> str:
    value = field.value()
    if isinstance(field.field, forms.BooleanField):
        return _("yes") if value not in (None, "", False, "false") else ""
    if isinstance(field.field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in field.field.widget.choices if key}
        return labels.get(str(value), "")
    return str(value or "")


def _show_on_fields(form: forms.Form, wrong: ValidationError) -> None:
    for field, found in wrong.error_dict.items():
        form.add_error(field if field in form.fields else None, found)
