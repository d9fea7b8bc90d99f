"""What people fill in about their account; every label and message in the portal's own plain words."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm
from allauth.account.forms import ReauthenticateForm as PasswordAgainForm
from allauth.account.internal import flows
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature
from django import forms
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from .entry import CODE_ALPHABET, CODE_LENGTH, normalise_code, normalise_username, plain_digits
from .passwords import HINT
from .tokens import end_tokens

REQUIRED = _("Fill in this field.")
UNREADABLE = {
    "max_length": _("This is too long."),
    "null_characters_not_allowed": _("There is a character in this that cannot be read. Type it again."),
}
LONGEST = 1000
PASSKEY_FAILED = _("The passkey did not work. Try again, or use a code.")


class PlainFormMixin:
    """Our words for an empty, too long or unreadable field, and no placeholders."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages |= {"required": REQUIRED, **UNREADABLE}
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, forms.CharField) and not isinstance(field, forms.JSONField):
                field.validators.append(MaxLengthValidator(LONGEST))


def _password_field(*, label: Any, autocomplete: str, help_text: Any = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, "dir": "auto"})
    return forms.CharField(label=label, widget=widget, strip=False, help_text=help_text)


def _code_attrs(**more: str) -> dict[str, str]:
    return {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "dir": "ltr", **more}


class NewPasswordMixin:
    """Two fields for a new password that must be the same."""

    def clean_password2(self) -> str:
        first, second = self.cleaned_data.get("password1"), self.cleaned_data["password2"]  # type: ignore[attr-defined]
        if first and first != second:
            raise forms.ValidationError(_("The two passwords are not the same. Type both again."))
        return second


class ActivationForm(NewPasswordMixin, PlainFormMixin, forms.Form):
    """The card from the desk: V-number and code, and a password of one's own."""

    v_number = forms.CharField(
        label=_("V-number"),
        help_text=_("The number on your card. It has ten digits."),
        max_length=150,
        widget=forms.TextInput(attrs=_code_attrs(autocomplete="username", inputmode="text")),
    )
    code = forms.CharField(
        label=_("Code"),
        help_text=_("The twelve letters and digits on your card. Spaces and dashes do not matter."),
        max_length=100,
        widget=forms.TextInput(attrs=_code_attrs()),
    )
    password1 = _password_field(
        label=_("Choose a password of your own"), autocomplete="new-password", help_text=HINT
    )
    password2 = _password_field(label=_("The same password again"), autocomplete="new-password")

    def add_refusal(self, message: Any) -> None:
        """Say why the card was not accepted; an oddly written code is named beside its field."""
        self.add_error(None, message)
        code = normalise_code(self.cleaned_data["code"])
        foreign = sorted(set(code) - set(CODE_ALPHABET))
        if len(code) != CODE_LENGTH:
            words = _("A code has %(length)s letters and digits. You typed %(typed)s.")
            self.add_error("code", words % {"length": CODE_LENGTH, "typed": len(code)})
        elif foreign:
            words = _("These characters are never in a code: %(characters)s. Look at your card again.")
            self.add_error("code", words % {"characters": " ".join(foreign)})


class SignInForm(PlainFormMixin, LoginForm):
    """V-number or user name, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Nobody is remembered: phones here are shared.
        del self.fields["remember"]
        login = self.fields["login"]
        login.label = _("V-number or user name")
        login.help_text = _("The number on your card, or the user name of your work.")
        login.widget.attrs.update(_code_attrs(autocomplete="username"))
        password = self.fields["password"]
        password.label, password.help_text = _("Password"), ""
        password.widget.attrs["dir"] = "auto"

    def clean_login(self) -> str:
        return normalise_username(self.cleaned_data["login"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["remember"] = False
        return cleaned


class ChangePasswordForm(NewPasswordMixin, PlainFormMixin, forms.Form):
    """The password now, and a new one twice."""

    oldpassword = _password_field(label=_("Your password now"), autocomplete="current-password")
    password1 = _password_field(label=_("New password"), autocomplete="new-password", help_text=HINT)
    password2 = _password_field(label=_("New password again"), autocomplete="new-password")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_oldpassword(self) -> str:
        if not self.user.check_password(self.cleaned_data["oldpassword"]):
            raise get_adapter().validation_error("enter_current_password")
        return self.cleaned_data["oldpassword"]

    def clean_password1(self) -> str:
        return get_adapter().clean_password(self.cleaned_data["password1"], user=self.user)

    def save(self) -> None:
        flows.password_change.change_password(self.user, self.cleaned_data["password1"])
        end_tokens(self.user)


class ConfirmPasswordForm(PlainFormMixin, PasswordAgainForm):
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        password = self.fields["password"]
        password.label, password.help_text = _("Password"), ""


class _OneTimeCodeMixin(PlainFormMixin):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label = _("Code")
        code.help_text = _("The six digits that your authenticator app shows now, or a recovery code.")
        code.widget.attrs.update(_code_attrs(autocomplete="one-time-code", inputmode="numeric"))

    def clean_code(self) -> str:
        self.cleaned_data["code"] = plain_digits(self.cleaned_data["code"])  # type: ignore[attr-defined]
        return super().clean_code()  # type: ignore[misc]


class SecondStepForm(_OneTimeCodeMixin, AuthenticateForm):
    """The code at sign-in."""


class ConfirmSecondStepForm(_OneTimeCodeMixin, ReauthenticateForm):
    """The code once more, before something that matters."""


class SetUpAppForm(_OneTimeCodeMixin, ActivateTOTPForm):
    """The first code of a new authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("The six digits that the app shows now.")


@contextmanager
def _any_failure_refuses_the_passkey() -> Iterator[None]:
    # The parsers below raise whatever a made-up answer makes them stumble over, a false signature among it.
    try:
        yield
    except forms.ValidationError:
        raise forms.ValidationError(PASSKEY_FAILED, code="passkey") from None
    except (
        ArithmeticError,
        AssertionError,
        AttributeError,
        InvalidSignature,
        LookupError,
        RecursionError,
    ) as error:
        raise forms.ValidationError(PASSKEY_FAILED, code="passkey") from error
    except (struct.error, TypeError, ValueError) as error:
        raise forms.ValidationError(PASSKEY_FAILED, code="passkey") from error


class _UsePasskeyMixin(PlainFormMixin):
    def clean_credential(self) -> Any:
        with _any_failure_refuses_the_passkey():
            return super().clean_credential()  # type: ignore[misc]


class PasskeyStepForm(_UsePasskeyMixin, AuthenticateWebAuthnForm):
    """The passkey at sign-in."""


class ConfirmPasskeyForm(_UsePasskeyMixin, ReauthenticateWebAuthnForm):
    """The passkey once more, before something that matters."""


class AddPasskeyForm(PlainFormMixin, AddWebAuthnForm):
    """A name for a new passkey."""

    def clean(self) -> dict[str, Any]:
        with _any_failure_refuses_the_passkey():
            return super().clean()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of this passkey")


class RenamePasskeyForm(PlainFormMixin, EditWebAuthnForm):
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of this passkey")


class LanguageForm(PlainFormMixin, forms.Form):
    """The language in which somebody reads and is written to."""

    language = forms.ChoiceField(label=_("Language"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = self.fields["language"]
        language.choices = settings.LANGUAGES  # type: ignore[attr-defined]
        language.error_messages["invalid_choice"] = _("The portal does not know this language.")
