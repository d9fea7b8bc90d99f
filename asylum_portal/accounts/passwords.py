"""Whether a new password is good enough, said in plain sentences."""

from typing import TYPE_CHECKING

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

if TYPE_CHECKING:
    from .models import User

HINT = gettext_lazy(
    "At least 10 characters. Three words that you remember and nobody guesses work well. "
    "Every alphabet is fine."
)


def check_password_choice(password: str, *, user: "User | None") -> None:
    """Raise ValidationError, in the reader's words, when the chosen password is too easy to guess."""
    try:
        password_validation.validate_password(password, user)
    except ValidationError as refused:
        raise ValidationError([ValidationError(_plain(e), code=e.code) for e in refused.error_list]) from None


def _plain(error: ValidationError) -> str:
    match error.code:
        case "password_too_short":
            length = (error.params or {}).get("min_length", 10)
            return ngettext(
                "This password is too short. Use at least %(length)s character.",
                "This password is too short. Use at least %(length)s characters.",
                length,
            ) % {"length": length}
        case "password_too_common":
            return _("Many people use this password. Choose another one.")
        case "password_too_similar":
            return _("This password looks like your number or name. Choose another one.")
        case "password_entirely_numeric":
            return _("This password is only digits. Add letters.")
        case _other:
            return " ".join(error.messages)
