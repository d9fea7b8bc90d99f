"""Addresses of accounts, all below a language; of django-allauth only the pages that this portal has."""

from django.urls import include, path

from .views import activation, preferences, second_factor, sign_in

_accounts = (
    [
        path("activate/", activation.ActivationView.as_view(), name="activate"),
        path("language/", preferences.set_language_preference, name="language"),
        path("account/", sign_in.account, name="account"),
        path("account/sign-out-everywhere/", sign_in.sign_out_everywhere, name="sign-out-everywhere"),
    ],
    "accounts",
)

# The names are django-allauth's: it looks its own pages up by them.
_passkeys = [
    path("", second_factor.webauthn_views.ListWebAuthnView.as_view(), name="mfa_list_webauthn"),
    path("add/", second_factor.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path(
        "reauthenticate/",
        second_factor.ConfirmPasskeyView.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("<int:pk>/remove/", second_factor.RemovePasskeyView.as_view(), name="mfa_remove_webauthn"),
    path("<int:pk>/edit/", second_factor.RenamePasskeyView.as_view(), name="mfa_edit_webauthn"),
]
_recovery_codes = [
    path("", second_factor.RecoveryCodesView.as_view(), name="mfa_view_recovery_codes"),
    path("new/", second_factor.NewRecoveryCodesView.as_view(), name="mfa_generate_recovery_codes"),
    path(
        "download/",
        second_factor.recovery_views.DownloadRecoveryCodesView.as_view(),
        name="mfa_download_recovery_codes",
    ),
]
_second_factor = [
    path("", second_factor.base_views.IndexView.as_view(), name="mfa_index"),
    path("authenticate/", second_factor.SecondStepView.as_view(), name="mfa_authenticate"),
    path("reauthenticate/", second_factor.ConfirmSecondStepView.as_view(), name="mfa_reauthenticate"),
    path("app/add/", second_factor.SetUpAppView.as_view(), name="mfa_activate_totp"),
    path("app/remove/", second_factor.RemoveAppView.as_view(), name="mfa_deactivate_totp"),
    path("passkeys/", include(_passkeys)),
    path("recovery-codes/", include(_recovery_codes)),
]

urlpatterns = [
    path("", include(_accounts)),
    path("leave/", sign_in.leave, name="leave"),
    path("account/login/", sign_in.SignInView.as_view(), name="account_login"),
    path("account/logout/", sign_in.SignOutView.as_view(), name="account_logout"),
    path("account/inactive/", sign_in.allauth_views.AccountInactiveView.as_view(), name="account_inactive"),
    path("account/password/", sign_in.ChangePasswordView.as_view(), name="account_change_password"),
    path("account/confirm/", sign_in.ConfirmPasswordView.as_view(), name="account_reauthenticate"),
    path("account/2fa/", include(_second_factor)),
]
