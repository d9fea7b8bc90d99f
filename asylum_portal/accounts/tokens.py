"""API tokens: hashed, ending by themselves, and ended with the account, its password or all its sessions."""

import re
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import get_supported_language_variant, parse_accept_lang_header
from knox import auth
from knox.models import AuthToken
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from asylum_portal.problems import Explained

from .models import User

_TOKEN = re.compile(rb"[0-9a-f]{64}")


class TokenAuthentication(auth.TokenAuthentication):
    """`Authorization: Token ...`; answers in the language that is asked for, or else in the person's."""

    def authenticate(self, request: Request) -> tuple[User, AuthToken] | None:
        found = super().authenticate(request)
        if found is not None and not _asks_for_a_language(request):
            translation.activate(found[0].reading_language)
        return found

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        # What is no token at all never reaches the database, which refuses some letters with an error.
        if not _TOKEN.fullmatch(token):
            raise exceptions.AuthenticationFailed
        return super().authenticate_credentials(token)


def _asks_for_a_language(request: Request) -> bool:
    for code, _priority in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        try:
            return bool(get_supported_language_variant(code))
        except LookupError:
            continue
    return False


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of the web pages, with its protection against forged requests."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied:
            raise Explained(
                403, _("This request lacks the code that protects against forged ones. Load the page again.")
            ) from None


def issue_token(user: User) -> tuple[AuthToken, str]:
    """A new token as its row, and as the text that is shown this once."""
    return AuthToken.objects.create(user=user)


def end_tokens(user: Any) -> int:
    """End every token of this person, at the next request with it; returns how many there were."""
    ended, _by_model = AuthToken.objects.filter(user=user).delete()
    return ended
