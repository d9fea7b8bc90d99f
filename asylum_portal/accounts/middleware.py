"""What holds for every request of somebody who is signed in."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.translation import get_language_from_path
from django.utils.translation import gettext as _

from asylum_portal import problems

from .models import User

GetResponse = Callable[[HttpRequest], HttpResponse]

STARTED, SEEN = "session_started", "session_seen"
# A write for each request would cost more than it tells; the session ends by so much earlier.
SEEN_EVERY_SECONDS = 30


def wipe_browser(response: HttpResponse) -> HttpResponse:
    """Ask the browser to forget what this portal left in it; browsers obey on https and on localhost."""
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    response.headers["Cache-Control"] = "no-store"
    return response


class SessionLimitsMiddleware:
    """Sessions end when idle and after a working day; nothing read in them stays in a cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Real time, also in the demo, whose clock jumps over days.
        now = time.time()
        ending = self._ending(request.user, request.session, now) if request.user.is_authenticated else None
        if ending and request.path.startswith("/api/"):
            logout(request)
        elif ending:
            return self._end(request, ending)
        was_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        # A token makes somebody known as well, and has no session to keep.
        if SESSION_KEY in request.session:
            self._keep(request, now)
        if was_signed_in or request.user.is_authenticated:
            response.headers["Cache-Control"] = "no-store"
        return response

    def _ending(self, user: User, session: SessionBase, now: float) -> str | None:
        started, seen = session.get(STARTED, now), session.get(SEEN, now)
        if now - started >= settings.SESSION_ABSOLUTE_HOURS * 3600:
            return "long"
        return "idle" if now - seen >= user.idle_minutes * 60 else None

    def _keep(self, request: HttpRequest, now: float) -> None:
        request.session.setdefault(STARTED, now)
        if now - request.session.get(SEEN, 0) >= SEEN_EVERY_SECONDS:
            request.session[SEEN] = now

    def _end(self, request: HttpRequest, ending: str) -> HttpResponse:
        target = _page_to_return_to(request)
        logout(request)
        query = {"ended": ending, **({"next": target} if target else {})}
        return wipe_browser(HttpResponseRedirect(f"{reverse('account_login')}?{urlencode(query)}"))


def _page_to_return_to(request: HttpRequest) -> str:
    """Where to go after signing in again: not to something that can only be posted, nor out again."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return ""
    if match.url_name in ("account_logout", "leave"):
        return ""
    view = getattr(match.func, "view_class", None)
    if request.method in ("GET", "HEAD") or hasattr(view, "get"):
        return request.get_full_path()
    return ""


class SecondFactorMiddleware:
    """Whoever needs a second factor opens nothing without it but the pages that set it up."""

    FREE = frozenset(
        {
            "account_login",
            "account_logout",
            "account_reauthenticate",
            "account_inactive",
            "accounts:language",
            "leave",
            "healthz",
        }
    )
    SHOW = frozenset({"mfa_reauthenticate", "mfa_reauthenticate_webauthn"})

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if not settings.SECOND_FACTOR_REQUIRED or not request.user.is_authenticated:
            return None
        name = request.resolver_match.view_name or "" if request.resolver_match else ""
        if not request.user.needs_second_factor or name in self.FREE or passed_second_factor(request):
            return None
        if request.path.startswith("/api/"):
            return problems.answer(403, _("First finish the second step of signing in, on the web pages."))
        if Authenticator.objects.filter(user_id=request.user.pk).exists():
            # Signed in before the second factor existed: this session has not shown it yet, and may not
            # look at recovery codes either.
            query = urlencode({"next": _page_to_return_to(request)})
            return (
                None
                if name in self.SHOW
                else HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{query}")
            )
        return None if name.startswith("mfa_") else HttpResponseRedirect(reverse("mfa_index"))


def passed_second_factor(request: HttpRequest) -> bool:
    """Whether this session has shown a second factor, at sign-in, at set-up or on demand."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


class LanguagePreferenceMiddleware:
    """Following a language link inside the portal is choosing that language, also for letters."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        in_path = get_language_from_path(request.path_info)
        if not in_path and request.user.is_authenticated:
            translation.activate(request.user.reading_language)
            request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        if in_path and response.status_code == 200 and self._followed_link(request):
            self._remember(request, in_path)
        return response

    def _followed_link(self, request: HttpRequest) -> bool:
        # A link in somebody else's mail or site must not change in which language a person is written to;
        # browsers tell by these headers, which a page cannot forge.
        headers = request.headers
        return (
            request.method == "GET"
            and headers.get("Sec-Fetch-Site") == "same-origin"
            and headers.get("Sec-Fetch-Mode") == "navigate"
        )

    def _remember(self, request: HttpRequest, language: str) -> None:
        if request.user.is_authenticated and request.user.language != language:
            request.user.language = language
            request.user.save(update_fields=["language"])
