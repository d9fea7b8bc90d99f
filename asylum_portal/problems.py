"""What the API answers when it does not do what was asked: problem details (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as Refused
from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, OperationalError
from django.http import Http404, JsonResponse, UnreadablePostError
from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed
from rest_framework import exceptions

MEDIA_TYPE = "application/problem+json"
ABOUT_ALL_FIELDS = "non_field_errors"
# Where nothing more can be said; the same sentence for what does not exist and for what is not the reader's.
_SENTENCES = {
    400: _("Something in this request is not right."),
    401: _("Sign in first, or send a token that is still valid."),
    403: _("You may not do this."),
    404: _("There is nothing here, or it is not open to you."),
    405: _("This cannot be done at this address."),
    406: _("The answer cannot be given in the form that you ask for."),
    409: _("This is not possible now."),
    413: _("This is too big to be sent."),
    415: _("Send JSON, or multipart/form-data when there is a file."),
    429: _("That was too many tries. Wait ten minutes and try again."),
    500: _("Something went wrong here. Nothing was saved. Try again later."),
    503: _("The portal is away for a moment; nothing was saved. Try again in a minute."),
}


class Conflict(exceptions.APIException):
    """409: the state does not allow it (any more); `reasons` are sentences for the reader."""

    status_code = HTTPStatus.CONFLICT
    default_code = "conflict"

    def __init__(self, reasons: list[Any] | None = None) -> None:
        self.reasons = [str(reason) for reason in reasons or []]
        super().__init__(" ".join(self.reasons) or _SENTENCES[409])


class TooBig(exceptions.APIException):
    """413: more than the portal takes in."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "too_big"


class SignInRefused(exceptions.AuthenticationFailed):
    """401 with a sentence of its own."""

    explained = True


class Explained(exceptions.APIException):
    """A refusal with a sentence of its own, whatever its status."""

    explained = True

    def __init__(self, status: int, sentence: Any, *, wait: int | None = None) -> None:
        self.status_code, self.wait = status, wait
        super().__init__(sentence)


def body(status: int, detail: Any = "", **more: Any) -> dict[str, Any]:
    """The members of a problem: `about:blank` says that its title is the phrase of the status."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": str(detail or _SENTENCES.get(status, "")),
        **more,
    }


def answer(
    status: int, detail: Any = "", *, headers: Mapping[str, str] | None = None, **more: Any
) -> JsonResponse:
    """A problem as a response, JSON whatever the reader would rather have."""
    problem = body(status, detail, **more)
    response = JsonResponse(
        problem, status=status, content_type=MEDIA_TYPE, encoder=DjangoJSONEncoder, headers=headers
    )
    response.data = problem  # type: ignore[attr-defined]  # as the framework's own answers carry theirs
    return response


def problem_details(exc: Exception, context: dict[str, Any]) -> JsonResponse | None:
    """The answer to an exception in an API view; wrong input names each field under `errors`."""
    problem = _as_api_exception(exc)
    if problem is None:
        return None
    status = int(problem.status_code)
    headers = {}
    if auth_header := getattr(problem, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait := getattr(problem, "wait", None):
        headers["Retry-After"] = str(int(wait))
    elif status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "60"
    if isinstance(problem, exceptions.ValidationError):
        return answer(status, _("Look at the fields that are named."), errors=_by_field(problem.detail))
    if isinstance(problem, Conflict) and problem.reasons:
        return answer(status, problem.detail, reasons=problem.reasons)
    # The framework's own sentences exist in few languages, and some name what may not be known to exist.
    sentence = problem.detail if getattr(problem, "explained", False) else ""
    return answer(status, sentence, headers=headers)


def _as_api_exception(exc: Exception) -> exceptions.APIException | None:
    match exc:
        case exceptions.APIException():
            return exc
        case TransitionNotAllowed():
            return Conflict(getattr(exc, "reasons", None))
        case Http404():
            return exceptions.NotFound()
        case PermissionDenied():
            return exceptions.PermissionDenied()
        case Refused():
            return exceptions.ValidationError(fields_of(exc))
        case RequestDataTooBig():
            return TooBig()
        case SuspiciousOperation() | UnreadablePostError():
            return exceptions.ParseError()
        case OperationalError() | InterfaceError():
            return Explained(HTTPStatus.SERVICE_UNAVAILABLE, _SENTENCES[503])
    return None


def fields_of(refused: Refused) -> dict[str, list[str]]:
    """What a form or an action refuses, each sentence with its field."""
    if not hasattr(refused, "error_dict"):
        return {ABOUT_ALL_FIELDS: [str(sentence) for sentence in refused.messages]}
    return {
        ABOUT_ALL_FIELDS if field == "__all__" else field: [str(sentence) for sentence in sentences]
        for field, sentences in refused.message_dict.items()
    }


def _by_field(detail: Any) -> dict[str, list[str]]:
    if not isinstance(detail, dict):
        return {ABOUT_ALL_FIELDS: _sentences(detail)}
    return {str(field): _sentences(found) for field, found in detail.items()}


def _sentences(detail: Any) -> list[str]:
    if isinstance(detail, dict):
        return [sentence for found in detail.values() for sentence in _sentences(found)]
    if isinstance(detail, list | tuple):
        return [sentence for found in detail for sentence in _sentences(found)]
    return [str(detail)]
