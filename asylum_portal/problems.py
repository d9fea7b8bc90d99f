"""API errors as problem details (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django_fsm import TransitionNotAllowed
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler


class Conflict(exceptions.APIException):
    """409: the state does not allow it (any more)."""

    status_code = 409
    default_code = "conflict"


def problem_details(exc: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an exception in an API view; wrong input names each field under `errors`."""
    if isinstance(exc, TransitionNotAllowed):
        exc = Conflict(" ".join(str(reason) for reason in getattr(exc, "reasons", [])) or str(exc))
    elif isinstance(exc, OperationalError | InterfaceError):
        exc = _Unavailable()
    elif not isinstance(exc, Http404 | PermissionDenied | exceptions.APIException):
        return None
    response = exception_handler(exc, context)
    if response is None:
        return None
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(response.status_code).phrase,
        "status": response.status_code,
    }
    if isinstance(exc, exceptions.ValidationError):
        body["detail"] = str(exc.default_detail)
        body["errors"] = response.data if isinstance(response.data, dict) else {"non_field_errors": response.data}
    else:
        body["detail"] = response.data.get("detail", "") if isinstance(response.data, dict) else ""
    response.data = body
    response.content_type = "application/problem+json"
    return response


class _Unavailable(exceptions.APIException):
    status_code = 503
    default_detail = "The portal is away for a moment; nothing was saved. Try again in a minute."
