"""Headers on every answer, and a plain page when a server behind the portal is away."""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from asylum_portal import errors

logger = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]


class ResponseHeadersMiddleware:
    """Headers that Django has no setting for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(self), geolocation=(), microphone=(), interest-cohort=()"
        )
        return response


class OutageMiddleware:
    """Database gone: 503 with a line that says what to do; what was being written is rolled back whole."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Django turns an exception of an inner layer into a response, except those that
        # process_exception below has already answered; session loading is lazy, in the view or the template.
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError) as error:
            return self._answer(request, error)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError | InterfaceError):
            return self._answer(request, exception)
        return None

    def _answer(self, request: HttpRequest, error: Exception) -> HttpResponse:
        logger.error("the database does not answer: %s", type(error).__name__)
        return errors.unavailable(request)
