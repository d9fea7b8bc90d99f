"""Error pages, and their JSON twins under /api/: plain, in the reader's language, without a traceback."""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language_from_path, get_language_from_request
from django.utils.translation import gettext as _

from asylum_portal import problems


def page(request: HttpRequest, status: int, *, reasons: list[str] | None = None) -> HttpResponse:
    """The page templates/errors/<status>.html; reasons are sentences for the reader."""
    with translation.override(_language(request)):
        if request.path.startswith("/api/"):
            return problems.answer(status, " ".join(reasons or []))
        context = {
            "reasons": reasons or [],
            "languages": settings.LANGUAGES,
            "LANGUAGE_CODE": translation.get_language(),
        }
        # No request in the context: the page must render when the session or the database is away.
        return HttpResponse(render_to_string(f"errors/{status}.html", context), status=status)


def _language(request: HttpRequest) -> str:
    chosen = getattr(request, "LANGUAGE_CODE", None) if request.path.startswith("/api/") else None
    return chosen or get_language_from_path(request.path_info) or get_language_from_request(request)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 where it was the database that went away below the middleware that says so."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    return page(request, 500)


def unavailable(request: HttpRequest) -> HttpResponse:
    response = page(request, 503)
    response["Retry-After"] = "60"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(
        request,
        403,
        reasons=[_("This form is too old. Go back, load the page again and send the form once more.")],
    )
