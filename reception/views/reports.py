"""Weekly reports: the desk of a centre with today's list, who was seen, excused or exempt."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from asylum_portal import clock, dates, errors
from asylum_portal.accounts.models import User
from asylum_portal.languages import isolate
from procedure.calendars import CalendarDataMissing
from procedure.guards import StateForbids
from reception import actions
from reception.access import may_settle_reports, may_work_at_desk
from reception.desk import count, missed_this_week, search, slots_at_desk
from reception.forms import DeskFilter, ExcuseForm, ExemptForm
from reception.models import ReportingSlot, centres_of
from reception.panels import slot_facts

PER_PAGE = 50
State = ReportingSlot.State


@never_cache
@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Today's list of the centres where this person works."""
    worker = _worker(request)
    today = clock.today()
    centres = centres_of(worker, on=today)
    form = DeskFilter(request.GET, centres=centres)
    if not form.is_valid():
        return render(request, "reception/desk.html", {"filter": form, "centres": centres}, status=400)
    asked = form.cleaned_data
    slots = slots_at_desk(worker, today=today, centre=asked["centre"])
    shown = slots.filter(state=asked["state"]) if asked["state"] else slots
    if asked["q"]:
        listed, missed = search(shown, asked["q"], today=today), shown.none()
    else:
        listed, missed = shown.filter(on=today), missed_this_week(shown, today=today)
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    lines = [_line(slot, today=today) for slot in page.object_list]
    return render(
        request,
        "reception/desk.html",
        {
            "filter": form,
            "centres": centres,
            "count": count(slots, today=today),
            "page": page,
            "lists": _lists(lines, searched=asked["q"]),
            "missed": [_line(slot, today=today) for slot in missed],
            "searched": asked["q"],
            "only_one": len(lines) == 1 and bool(asked["q"]),
            "many": len(lines) + len(missed) > 1,
            "back": request.GET.urlencode(),
            "problems": _planning_problems(today),
        },
    )


@never_cache
@login_required
@require_POST
def report_slot(request: HttpRequest, slot_id: UUID) -> HttpResponse:
    """Somebody was seen."""
    worker, now = _worker(request, may_settle_reports), clock.now()
    slot = _slot_or_404(worker, slot_id, now=now)
    try:
        settled = actions.report(slot, actor=worker, at=now)
    except StateForbids as refusal:
        return errors.page(request, 409, reasons=refusal.reasons)
    person = isolate(slot.applicant.name)
    if settled.settled_at is None or settled.settled_at == now:
        messages.success(request, _("%(person)s was seen.") % {"person": person})
    else:
        seen_at = dates.long_datetime(settled.settled_at)
        messages.info(
            request, _("%(person)s was seen already: %(seen_at)s.") % {"person": person, "seen_at": seen_at}
        )
    return _back(request, slot)


@never_cache
@login_required
@require_POST
def report_ticked(request: HttpRequest) -> HttpResponse:
    """All those with a tick were seen; one at another centre refuses the whole."""
    worker, now = _worker(request), clock.now()
    try:
        ids = {UUID(value) for value in request.POST.getlist("slot")}
    except ValueError:
        return errors.page(request, 400, reasons=[_("slot: this is not the number of a weekly report.")])
    if not ids:
        messages.warning(request, _("Nobody has a tick yet. Tick the people whom you have seen."))
        return _back_to_desk(request)
    slots = [_slot_or_404(worker, slot_id, now=now) for slot_id in sorted(ids)]
    seen, refused = 0, []
    for slot in slots:
        try:
            actions.report(slot, actor=worker, at=now)
            seen += 1
        except StateForbids:
            refused.append(isolate(slot.applicant.name))
    if seen:
        said = ngettext("%(count)s person was seen.", "%(count)s people were seen.", seen) % {"count": seen}
        messages.success(request, said)
    if refused:
        said = _("Not changed, because the week is settled already: %(people)s.")
        messages.warning(request, said % {"people": ", ".join(refused)})
    return _back_to_desk(request)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def excuse_slot(request: HttpRequest, slot_id: UUID) -> HttpResponse:
    """Somebody had a good reason not to come."""
    worker, now = _worker(request), clock.now()
    slot = _slot_or_404(worker, slot_id, now=now)
    form = ExcuseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.excuse(slot, reason=form.cleaned_data["reason"], actor=worker, at=now)
        except StateForbids as refusal:
            return errors.page(request, 409, reasons=refusal.reasons)
        messages.success(request, _("%(person)s is excused.") % {"person": isolate(slot.applicant.name)})
        return _back_to_desk(request)
    if request.method != "POST" and slot.state not in (State.PLANNED, State.MISSED):
        label = State(slot.state).label
        return errors.page(
            request, 409, reasons=[_("This week's report is settled already: %(state)s.") % {"state": label}]
        )
    context = {"form": form, "line": _line(slot, today=clock.today()), "desk_url": reverse("reception:desk")}
    return render(request, "reception/excuse.html", context, status=400 if request.method == "POST" else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def exempt_slot(request: HttpRequest, slot_id: UUID) -> HttpResponse:
    """Somebody need not come: to this report, or from it on."""
    worker, now = _worker(request, may_settle_reports), clock.now()
    slot = _slot_or_404(worker, slot_id, now=now)
    if slot.state != State.PLANNED:
        label = State(slot.state).label
        return errors.page(
            request, 409, reasons=[_("This week's report is settled already: %(state)s.") % {"state": label}]
        )
    form = ExemptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        which, until = form.cleaned_data["which"], form.cleaned_data["until"]
        try:
            if which == ExemptForm.ONE:
                actions.exempt(slot, actor=worker, at=now)
            else:
                last = until if which == ExemptForm.UNTIL else None
                actions.exempt_from_now(slot, until=last, actor=worker, at=now)
        except StateForbids as refusal:
            return errors.page(request, 409, reasons=refusal.reasons)
        except ValidationError as wrong:
            form.add_error("until", wrong.message_dict["until"])
        else:
            messages.success(request, _("%(person)s is exempt.") % {"person": isolate(slot.applicant.name)})
            return _back(request, slot)
    context = {"form": form, "line": _line(slot, today=clock.today()), "back": _address_of(worker, slot)}
    return render(request, "reception/exempt.html", context, status=400 if request.method == "POST" else 200)


def _worker(request: HttpRequest, may: Callable[[User], bool] = may_work_at_desk) -> User:
    """The member of the reception staff who asks, or whoever else may."""
    user = request.user
    if not isinstance(user, User) or not may(user):
        raise PermissionDenied
    return user


def _slot_or_404(worker: User, slot_id: UUID, *, now: datetime) -> ReportingSlot:
    """A slot of one's own centre; the same 404 for another centre's and for none."""
    slots = ReportingSlot.objects.visible_to(worker, on=dates.wall_day(now))
    return get_object_or_404(slots.select_related("duty__stay__applicant", "duty__stay__centre"), pk=slot_id)


def _line(slot: ReportingSlot, *, today: date) -> dict[str, Any]:
    """One person in a list: name, V-number, language and this week's report; nothing of the case."""
    return slot_facts(slot) | {
        "name": slot.applicant.name,
        "v_number": slot.applicant.v_number,
        "language": slot.applicant.reading_language,
        "centre": slot.centre.name,
        "today": slot.on == today,
        "open": slot.state in (State.PLANNED, State.MISSED),
    }


def _lists(lines: list[dict[str, Any]], *, searched: str) -> list[dict[str, Any]]:
    """The lines under their headings; what a search has found stays together."""
    if searched:
        found = _("Found for %(text)s") % {"text": isolate(searched)}
        return [{"heading": found, "lines": lines}] if lines else []
    coming = {"heading": _("Still to come today"), "lines": [line for line in lines if line["open"]]}
    settled = {"heading": _("Already seen or excused"), "lines": [line for line in lines if not line["open"]]}
    return [part for part in (coming, settled) if part["lines"]]


def _address_of(worker: User, slot: ReportingSlot) -> str:
    """Where this person settles reports: at the desk, or on the page of the case."""
    if may_work_at_desk(worker):
        return reverse("reception:desk")
    return reverse("procedure:case", args=[slot.applicant.case.pk])


def _back(request: HttpRequest, slot: ReportingSlot) -> HttpResponseRedirect:
    worker = _worker(request, may_settle_reports)
    return _back_to_desk(request) if may_work_at_desk(worker) else redirect(_address_of(worker, slot))


def _back_to_desk(request: HttpRequest) -> HttpResponseRedirect:
    """The list as it was filtered, ready for the next person: the search is not kept."""
    asked = QueryDict(request.POST.get("back", "")[:500])
    kept = QueryDict(mutable=True)
    for name in ("centre", "state"):
        if asked.get(name):
            kept[name] = asked[name]
    return redirect(reverse("reception:desk") + (f"?{kept.urlencode()}" if kept else ""))


def _planning_problems(today: date) -> list[str]:
    """Why reports of coming weeks cannot be planned, for those who can have it put right."""
    _timetable, problems = actions.timetable_from(today)
    return [
        _("No reports are planned in %(year)s: its holidays are not known. Tell your administrator.")
        % {"year": problem.year}
        if isinstance(problem, CalendarDataMissing)
        else _(
            "No reports are planned in the coming weeks: the portal has no rules. Tell your administrator."
        )
        for problem in problems
    ]
