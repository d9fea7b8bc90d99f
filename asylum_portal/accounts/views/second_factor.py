"""The second step of staff and lawyers: authenticator app, passkey, recovery codes."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base import views as base_views
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as webauthn_views
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from ..adapter import SecondFactorAdapter
from ..forms import (
    AddPasskeyForm,
    ConfirmPasskeyForm,
    ConfirmSecondStepForm,
    PasskeyStepForm,
    RenamePasskeyForm,
    SecondStepForm,
    SetUpAppForm,
)
from .sign_in import RefusedFormMixin


def _record_set_up(request: HttpRequest, *, type_: Authenticator.Type) -> None:
    """Whoever has just proved a new second factor has passed it in this session as well."""
    record_authentication(request, request.user, method="mfa", type=type_.value)


class SecondStepView(base_views.AuthenticateView):
    """The code or passkey at sign-in."""

    def get_form_class(self) -> type[Form]:
        return SecondStepForm

    def get_webauthn_form_class(self) -> type[Form]:
        return PasskeyStepForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        passkeys = Authenticator.objects.filter(user=self.stage.login.user, type=Authenticator.Type.WEBAUTHN)
        return {**super().get_context_data(**kwargs), "has_passkey": passkeys.exists()}

    def form_invalid(self, form: Form) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 400
        return response


class ConfirmSecondStepView(RefusedFormMixin, base_views.ReauthenticateView):
    """The code once more before something that matters."""

    def get_form_class(self) -> type[Form]:
        return ConfirmSecondStepForm


class SetUpAppView(RefusedFormMixin, totp_views.ActivateTOTPView):
    """Connect an authenticator app."""

    def get_form_class(self) -> type[Form]:
        return SetUpAppForm

    def form_valid(self, form: Form) -> HttpResponse:
        response = super().form_valid(form)
        _record_set_up(self.request, type_=Authenticator.Type.TOTP)
        return response


class RemoveAppView(RefusedFormMixin, totp_views.DeactivateTOTPView):
    """Disconnect the authenticator app."""


class AddPasskeyView(RefusedFormMixin, webauthn_views.AddWebAuthnView):
    """Add a passkey."""

    def get_form_class(self) -> type[Form]:
        return AddPasskeyForm

    def form_valid(self, form: Form) -> HttpResponse:
        response = super().form_valid(form)
        _record_set_up(self.request, type_=Authenticator.Type.WEBAUTHN)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # The library's own method drops the form that was filled in, and its errors with it.
        context = super().get_context_data(**kwargs)
        return {**context, **kwargs}


class ConfirmPasskeyView(webauthn_views.ReauthenticateWebAuthnView):
    """The passkey once more before something that matters."""

    def get_form_class(self) -> type[Form]:
        return ConfirmPasskeyForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **kwargs}

    def form_invalid(self, form: Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=400)


class RemovePasskeyView(webauthn_views.RemoveWebAuthnView):
    """Remove a passkey, unless it is the last second factor of somebody who must have one."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        passkey = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
        adapter = SecondFactorAdapter()
        if not adapter.can_delete_authenticator(passkey):
            messages.error(request, str(adapter.error_messages["cannot_delete_authenticator"]))
            return HttpResponseRedirect(reverse("mfa_index"))
        return super().post(request, *args, **kwargs)


class RenamePasskeyView(RefusedFormMixin, webauthn_views.EditWebAuthnView):
    """Give a passkey another name."""

    def get_form_class(self) -> type[Form]:
        return RenamePasskeyForm


class RecoveryCodesView(recovery_views.ViewRecoveryCodesView):
    """The codes for the day on which the phone is lost."""


class NewRecoveryCodesView(RefusedFormMixin, recovery_views.GenerateRecoveryCodesView):
    """Replace the recovery codes."""
