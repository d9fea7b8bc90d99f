"""How django-allauth behaves here: no sign-up, our words, sealed secrets, the reader's language."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse, translate_url
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from .crypto import open_text, seal_text
from .models import User
from .passwords import check_password_choice

_SIGN_IN_WORDS = {
    "account_inactive": gettext_lazy("This account has ended. Ask at the desk."),
    "enter_current_password": gettext_lazy("This is not your password now."),
    "incorrect_code": gettext_lazy("This code is not right. Wait for the next one and try again."),
    "incorrect_password": gettext_lazy("This password is not right."),
    "invalid_login": gettext_lazy("This does not work. Try again."),
    "rate_limited": gettext_lazy("That was too many tries. Wait ten minutes and try again."),
    "too_many_login_attempts": gettext_lazy(
        "That was too many tries. Wait ten minutes and try again. Did you forget your password? "
        "Ask at the desk for a new card."
    ),
    "username_password_mismatch": gettext_lazy(
        "The number or name and the password do not belong together. Look at both and try again."
    ),
}
_SECOND_FACTOR_WORDS = {
    "cannot_delete_authenticator": gettext_lazy("Your work needs a second step. Add another one first."),
    "cannot_generate_recovery_codes": gettext_lazy("Set up an authenticator app or a passkey first."),
    "incorrect_code": _SIGN_IN_WORDS["incorrect_code"],
    "unverified_email": gettext_lazy("Your e-mail address is not checked yet. Ask an administrator."),
}


def _language_of(user: AbstractBaseUser | AnonymousUser) -> str:
    return user.reading_language if isinstance(user, User) else get_language() or settings.LANGUAGE_CODE


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by V-number or user name; accounts are made by the desk, never by the visitor."""

    error_messages = {**DefaultAccountAdapter.error_messages, **_SIGN_IN_WORDS}

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def clean_password(self, password: str, user: Any = None) -> str:
        check_password_choice(password, user=user)
        return password

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        with override(_language_of(request.user)):
            return reverse(settings.LOGIN_REDIRECT_URL)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:account")

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        target = response.headers.get("Location", "")
        if target and not urlsplit(target).netloc:
            response.headers["Location"] = translate_url(target, _language_of(user))
        return response

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a code of your authenticator app"),
            "mfa_reauthenticate:webauthn": _("Use your passkey"),
        }
        methods = super().get_reauthentication_methods(user)
        return [{**method, "description": words[method["id"]]} for method in methods]


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors, with their secrets sealed in the database."""

    error_messages = {**DefaultMFAAdapter.error_messages, **_SECOND_FACTOR_WORDS}

    def encrypt(self, text: str) -> str:
        return seal_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        return open_text(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one of somebody who must have one."""
        if not (settings.SECOND_FACTOR_REQUIRED and authenticator.user.needs_second_factor):
            return True
        others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(pk=authenticator.pk)
        return others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1}
