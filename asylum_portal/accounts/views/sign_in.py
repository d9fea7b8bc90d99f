"""Coming in and going out."""

from typing import Any

from allauth.account import views as allauth_views
from allauth.account.internal import flows
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from ..actions import end_all_sessions
from ..forms import ChangePasswordForm, ConfirmPasswordForm, SignInForm
from ..middleware import wipe_browser
from ..models import User

# A page that is in every browser's history anyway; settings.LEAVE_URL names another one.
NEUTRAL_PAGE = "https://www.wikipedia.org/"
# Why a session ended, as the sign-in page may be asked to say it.
ENDINGS = ("idle", "long", "everywhere")


class RefusedFormMixin:
    """Wrong input answers 400, too many tries 429."""

    def form_invalid(self, form: Form) -> HttpResponse:
        response = super().form_invalid(form)  # type: ignore[misc]
        codes = {error.code for errors in form.errors.as_data().values() for error in errors}
        response.status_code = 429 if codes & {"too_many_login_attempts", "rate_limited"} else 400
        return response


class SignInView(RefusedFormMixin, allauth_views.LoginView):
    """V-number or user name, and password."""

    def get_form_class(self) -> type[Form]:
        return SignInForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ended = self.request.GET.get("ended")
        return super().get_context_data(**kwargs, ended=ended if ended in ENDINGS else "")


class SignOutView(allauth_views.LogoutView):
    """Sign out by POST; asks first on GET."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return wipe_browser(super().post(*args, **kwargs))


class ChangePasswordView(RefusedFormMixin, allauth_views.PasswordChangeView):
    """A new password; every other session of this person ends by itself."""

    def get_form_class(self) -> type[Form]:
        return ChangePasswordForm


class ConfirmPasswordView(RefusedFormMixin, allauth_views.ReauthenticateView):
    """The password once more before something that matters."""

    def get_form_class(self) -> type[Form]:
        return ConfirmPasswordForm


@require_GET
@never_cache
def leave(request: HttpRequest) -> HttpResponse:
    """Leave this page: signed out, wiped, and on a page that says nothing; by link, so that it is one tap."""
    flows.logout.logout(request, show_message=False)
    return wipe_browser(HttpResponseRedirect(getattr(settings, "LEAVE_URL", NEUTRAL_PAGE)))


@require_POST
@login_required
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every session of this person, this one included."""
    if isinstance(request.user, User):
        end_all_sessions(request.user)
    flows.logout.logout(request, show_message=False)
    return wipe_browser(redirect(f"{reverse('account_login')}?ended=everywhere"))


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """What somebody can change about the own account."""
    return render(request, "accounts/account.html")
