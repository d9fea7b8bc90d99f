"""What templates know about signing in."""

from django.conf import settings
from django.http import HttpRequest


def second_factor(request: HttpRequest) -> dict[str, bool]:
    """Whether this installation leaves the second factor off, so that the page can say so."""
    return {"second_factor_off": not settings.SECOND_FACTOR_REQUIRED}
