from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from asylum_portal import clock, dates
from asylum_portal.accounts.models import User

from . import actions
from .kinds import KINDS
from .mailbox import read_mailbox
from .models import Notice
from .words import words

PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class Entry:
    """A notice in the inbox, in the language of the page, as true as on the day on which it was sent."""

    notice: Notice
    subject: str
    body: str
    at: datetime


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def inbox(request: HttpRequest) -> HttpResponse:
    """Everything that the portal has told this person; POST marks as read, one or all."""
    now = clock.now()
    problem = ""
    if request.method == "POST":
        try:
            ids = [UUID(value) for value in request.POST.getlist("notice")]
        except ValueError:
            problem = _("notice: this is not the number of a notice.")
        else:
            actions.mark_read(reader=_reader(request), ids=ids or None, now=now)
            return redirect("notices:inbox")
    told = Notice.objects.visible_to(request.user).told(now=now).filter(kind__in=KINDS)
    page = Paginator(told, PER_PAGE).get_page(request.GET.get("page"))
    entries = [_entry(notice, now=now) for notice in page.object_list]
    return render(
        request,
        "notices/inbox.html",
        {"page": page, "entries": entries, "unread": told.unread().count(), "problem": problem},
        status=400 if problem else 200,
    )


@never_cache
@login_required
@require_GET
def open_notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Where the link in a mail leads: the page that the notice is about, in the reader's language."""
    now = clock.now()
    notice = get_object_or_404(Notice.objects.visible_to(request.user).told(now=now), pk=notice_id)
    actions.mark_read(reader=_reader(request), ids=[notice.pk], now=now)
    path = notice.context.get("path")
    return redirect(in_language(path, language=get_language()) if path else reverse("notices:inbox"))


@never_cache
@require_safe
def demo_mail(request: HttpRequest) -> HttpResponse:
    """The mails that the demo has sent, the newest first."""
    if not settings.DEMO_MAIL_DIR:
        raise Http404
    return render(request, "notices/demo_mail.html", {"letters": read_mailbox(settings.DEMO_MAIL_DIR)})


def in_language(path: str, *, language: str) -> str:
    """A stored path below the language of the page: it was written in the language of whoever acted."""
    first, slash, rest = path.lstrip("/").partition("/")
    if first in dict(settings.LANGUAGES):
        return f"/{language}{slash}{rest}"
    return f"/{language}{path}"


def _reader(request: HttpRequest) -> User:
    return cast(User, request.user)  # login_required has seen to it


def _entry(notice: Notice, *, now: datetime) -> Entry:
    at = notice.sent_at or notice.due_at
    said = words(notice.kind, notice.context, language=get_language(), on=dates.wall_day(at))
    return Entry(notice=notice, subject=said.subject, body=said.body, at=at)
