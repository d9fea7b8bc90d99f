"""Documents, messages and the list of who opened the file: for everybody who has a relation with a case."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from asylum_portal import clock
from asylum_portal.accounts.models import Role
from asylum_portal.accounts.requests import SignedInRequest
from cases import actions
from cases.access import channels_of, visible_case_or_404
from cases.audit import record
from cases.document_types import DOCUMENT_TYPES, may_see
from cases.forms import MessageForm
from cases.models import AuditEntry, Case, Document, Message

# What a person may know of the views of her own file; the rest of the trail is work.
_SHOWN_TO_APPLICANT = ("case.view", "document.read", "document.file")


@require_safe
@login_required
def documents(request: SignedInRequest, pk) -> HttpResponse:
    """Every document of the case that the reader may know of, with its fate."""
    today = clock.today()
    case = visible_case_or_404(request.user, pk, on=today)
    visible = (
        case.documents.visible_to(request.user, on=today)
        .select_related("uploaded_by")
        .order_by("-received_at")
    )
    record(request.user, "documents.list", at=clock.now(), case=case, target=case)
    page = Paginator(visible, 50).get_page(request.GET.get("page"))
    files = [_fate(found, request.user) for found in page]
    return render(request, "cases/documents.html", {"case": case, "page": page, "files": files})


def _fate(found: Document, reader) -> dict:
    """A row of the list: what it is, when it came, whether the reader may open it."""
    available = found.status == Document.Status.AVAILABLE
    conclusion_only = not may_see(found.code, reader.role)
    return {
        "name": found.title,
        "url": reverse("cases:document", args=[found.pk]) if available and not conclusion_only else "",
        "at": found.received_at,
        "size": filesizeformat(found.size),
        "text": found.conclusion if conclusion_only else "",
        "tag": found.get_status_display(),
        "kind": "done" if available else "paused",
    }


@require_safe
@login_required
def document(request: SignedInRequest, pk) -> StreamingHttpResponse:
    """The document itself, as a download with a neutral name; the view is recorded first."""
    found = (
        Document.objects.visible_to(request.user, on=clock.today())
        .select_related("case")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    content = actions.read_document(found, actor=request.user, at=clock.now())
    response = StreamingHttpResponse(content, content_type=found.media_type)
    response["Content-Disposition"] = f'attachment; filename="{found.neutral_name}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def messages_of_case(request: SignedInRequest, pk) -> HttpResponse:
    """The messages of the case that the reader takes part in."""
    today = clock.today()
    case = visible_case_or_404(request.user, pk, on=today)
    channels = channels_of(request.user)
    if not channels:
        raise PermissionDenied
    form = MessageForm(request.POST or None, channels=channels)
    if request.method == "POST" and form.is_valid():
        actions.send_message(
            case,
            channel=form.cleaned_data["channel"],
            body=form.cleaned_data["body"],
            actor=request.user,
            at=clock.now(),
        )
        messages.success(request, _("Your message has been sent."))
        return redirect("cases:messages", pk=case.pk)
    record(request.user, "messages.read", at=clock.now(), case=case, target=case)
    return render(
        request,
        "cases/messages.html",
        {"case": case, "thread": _thread(request.user, case), "form": form, "day": today},
        status=400 if form.is_bound else 200,
    )


def _thread(reader, case: Case) -> list[dict]:
    found = Message.objects.visible_to(reader, on=clock.today()).filter(case=case).select_related("sender")
    return [
        {
            "who": message.sender.display_name,
            "role": f"{message.sender.get_role_display()} · {message.get_channel_display()}",
            "at": message.sent_at,
            "text": message.body,
            "mine": message.sender_id == reader.pk,
            "language": message.sender.language,
        }
        for message in found
    ]


@require_safe
@login_required
def seen_by(request: SignedInRequest, pk) -> HttpResponse:
    """Who opened the file: organisation, role, what and when; names of staff stay with their organisation."""
    case = visible_case_or_404(request.user, pk, on=clock.today())
    if request.user.role not in (Role.APPLICANT, Role.GUARDIAN, Role.LAWYER, Role.AUDITOR):
        raise PermissionDenied
    entries = (
        AuditEntry.objects.filter(case=case, action__in=_SHOWN_TO_APPLICANT)
        .exclude(actor=request.user)
        .order_by("-sequence")
    )
    page = Paginator(entries, 50).get_page(request.GET.get("page"))
    events = [{"at": entry.at, "title": _what(entry), "who": _who(entry)} for entry in page]
    return render(request, "cases/seen_by.html", {"case": case, "page": page, "events": events})


def _what(entry: AuditEntry) -> str:
    match entry.action:
        case "case.view":
            return _("Opened the file")
        case "document.read":
            return _("Opened: %(document)s") % {"document": _title(entry)}
        case _:
            return _("Added: %(document)s") % {"document": _title(entry)}


def _title(entry: AuditEntry) -> str:
    row = DOCUMENT_TYPES.get(entry.data.get("code", ""))
    return str(row.title) if row else _("a document")


def _who(entry: AuditEntry) -> str:
    role = Role(entry.role).label if entry.role else ""
    return f"{role}, {entry.organisation}" if entry.organisation else str(role)
