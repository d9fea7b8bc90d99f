"""Tokens over the API: a machine signs in as a person, with the same limits and the same second step."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError as Refused
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from knox.models import AuthToken
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from asylum_portal.endpoints import StrictSerializer
from asylum_portal.problems import Explained, SignInRefused
from asylum_portal.schema import fails_with

from .entry import normalise_username
from .forms import SecondStepForm
from .models import User
from .tokens import end_tokens, issue_token

WAIT_SECONDS = 600


class SignInSerializer(StrictSerializer):
    """Who signs in, and with what."""

    username = serializers.CharField(max_length=150, help_text="V-number or user name.")
    password = serializers.CharField(max_length=1000, trim_whitespace=False, write_only=True)
    code = serializers.CharField(
        max_length=20,
        required=False,
        allow_blank=True,
        default="",
        help_text="The six digits of the authenticator app, or a recovery code, where the account has one.",
    )


class TokenSerializer(serializers.ModelSerializer):
    """A token of one's own, by the part of it that is not secret."""

    id = serializers.CharField(source="token_key", read_only=True)
    created_at = serializers.DateTimeField(source="created", read_only=True)
    expires_at = serializers.DateTimeField(source="expiry", read_only=True)

    class Meta:
        model = AuthToken
        fields: tuple[str, ...] = ("id", "created_at", "expires_at")


class NewTokenSerializer(TokenSerializer):
    """A new token; its text is shown this once."""

    token = serializers.SerializerMethodField()

    class Meta(TokenSerializer.Meta):
        fields = (*TokenSerializer.Meta.fields, "token")

    def get_token(self, row: AuthToken) -> str:
        return self.context["token"]


class TokenViewSet(mixins.ListModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet):
    """One's own tokens. Each ends by itself, and with the account, its password or all its sessions."""

    queryset = AuthToken.objects.none()
    serializer_class = TokenSerializer
    lookup_field = "token_key"
    lookup_url_kwarg = "id"

    def get_queryset(self) -> QuerySet[AuthToken]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        # Real time, also in the demo: its clock jumps over days, and a token is no part of a case.
        return AuthToken.objects.filter(user=self.request.user).order_by("-created")

    def get_authenticators(self) -> list[Any]:
        # Whoever signs in is nobody yet; an old token or session must not stand in the way.
        return (
            [] if self.request is not None and self.request.method == "POST" else super().get_authenticators()
        )

    def get_authenticate_header(self, request: Request) -> str:
        return "Token"

    def get_permissions(self) -> list[Any]:
        return (
            [AllowAny()]
            if self.request is not None and self.request.method == "POST"
            else [IsAuthenticated()]
        )

    @extend_schema(
        auth=[],
        request=SignInSerializer,
        responses={201: NewTokenSerializer, **fails_with(401, 403, 429)},
        examples=[
            OpenApiExample(
                "sign in", value={"username": "lawyer@portal.example", "password": "..."}, request_only=True
            )
        ],
    )
    def create(self, request: Request) -> Response:
        """Sign in with V-number or user name, password and, where the account has one, the second step."""
        asked = SignInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user = _signed_in(request, asked.validated_data["username"], asked.validated_data["password"])
        _second_step(user, asked.validated_data["code"])
        row, token = issue_token(user)
        answer = NewTokenSerializer(row, context={"token": token}).data
        return Response(answer, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})

    @extend_schema(operation_id="tokens_destroy_all", responses={204: None})
    def destroy_all(self, request: Request) -> Response:
        """End every token of one's own."""
        end_tokens(request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _signed_in(request: Request, username: str, password: str) -> User:
    adapter = get_adapter()
    try:
        # The sign-in page's own limit: an attacker does not get ten tries here and ten tries there.
        user = adapter.authenticate(
            request._request, username=normalise_username(username), password=password
        )
    except Refused as refused:
        raise Explained(429, refused.messages[0], wait=WAIT_SECONDS) from None
    if not isinstance(user, User) or not user.is_active:
        raise SignInRefused(adapter.error_messages["username_password_mismatch"])
    return user


def _second_step(user: User, code: str) -> None:
    kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    if not kinds:
        if settings.SECOND_FACTOR_REQUIRED and user.needs_second_factor:
            raise Explained(403, _("Your work needs a second step. Set it up on the web pages first."))
        return
    if kinds == {Authenticator.Type.WEBAUTHN}:
        raise Explained(
            403, _("A passkey does not work here. Connect an authenticator app on the web pages first.")
        )
    form = SecondStepForm(data={"code": code}, user=user)
    if not form.is_valid():
        if any(error.code == "too_many_login_attempts" for error in form.errors.as_data().get("code", [])):
            raise Explained(429, form.errors["code"][0], wait=WAIT_SECONDS)
        raise ValidationError({"code": list(form.errors["code"])})
    form.authenticator.record_usage()
