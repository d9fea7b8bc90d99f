"""The kind of request that views behind the sign-in get."""

from django.http import HttpRequest

from asylum_portal.accounts.models import User


class SignedInRequest(HttpRequest):
    """A request whose user has signed in: the type of views that only such people reach."""

    user: User
