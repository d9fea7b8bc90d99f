"""What changes an account: card codes given out and used, sessions ended."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import product

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from .entry import CODE_ALPHABET, CODE_LENGTH, normalise_code, normalise_username, spaced_code
from .models import ActivationCode, ActivationTries, Role, User
from .passwords import check_password_choice
from .tokens import end_tokens

CODE_LIFE = timedelta(days=30)


class Refusal(StrEnum):
    """Why a card code does not open the account."""

    NOT_RIGHT = "not_right"  # unknown number, ended account or wrong code: never told apart
    BURNT = "burnt"
    EXPIRED = "expired"
    REPLACED = "replaced"
    USED = "used"


class ActivationRefused(Exception):
    """The card code was not accepted; nothing changed but the count of tries."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def open_applicant_account(v_number: str, *, name: str, language: str) -> User:
    """The account of somebody who applies; it opens with the code on her card."""
    return User.objects.create_user(
        username=v_number, role=Role.APPLICANT, display_name=name, language=language
    )


def issue_activation_code(user: User, *, by: User | None, now: datetime) -> str:
    """Make a card code for somebody, replacing an older one, and return it as printed; it is kept nowhere."""
    if not user.is_active:
        raise ValueError("an account that has ended gets no card")
    code = "".join(secrets.choice(CODE_ALPHABET) for _position in range(CODE_LENGTH))
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        # A new card starts with ten tries. Tries before codes, in the order in which a try locks them.
        ActivationTries.objects.filter(number_hash=_number_hash(user.username)).delete()
        user.activation_codes.filter(used_at=None, revoked_at=None).update(revoked_at=now)
        ActivationCode.objects.create(
            user=user,
            code_hash=_code_hashes(code)[0],
            issued_at=now,
            issued_by=by,
            expires_at=now + CODE_LIFE,
        )
    _forget_old_tries(now=now)
    return spaced_code(code)


def activate(v_number: str, code: str, password: str, *, now: datetime, language: str | None = None) -> User:
    """Use a card code once: set the person's own password; raises ValidationError or ActivationRefused."""
    username = normalise_username(v_number)
    check_password_choice(password, user=User(username=username))
    tries = _count_try(username, now=now)
    given = _code_hashes(normalise_code(code))
    with transaction.atomic():
        user = User.objects.select_for_update().filter(username__iexact=username, is_active=True).first()
        issued = list(ActivationCode.objects.filter(user_id=user.pk if user else 0)[:20])
        known = [
            row for row, hashed in product(issued, given) if constant_time_compare(row.code_hash, hashed)
        ]
        if tries > ActivationCode.MAX_TRIES:
            raise ActivationRefused(Refusal.BURNT)
        if user is None or not known:
            raise ActivationRefused(Refusal.NOT_RIGHT)
        refusal = _refusal(known[0], now=now)
        if refusal:
            raise ActivationRefused(refusal)
        ActivationTries.objects.filter(number_hash=_number_hash(username)).delete()
        ActivationCode.objects.filter(pk=known[0].pk).update(used_at=now)
        _open_account(user, password, language=language)
    return user


def end_all_sessions(user: User) -> None:
    """Sign somebody out everywhere, at their next request on each device; machines with a token as well."""
    end_tokens(user)
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])


def _open_account(user: User, password: str, *, language: str | None) -> None:
    user.set_password(password)
    user.language = language or user.language
    user.session_epoch += 1
    user.save(update_fields=["password", "language", "session_epoch"])
    end_tokens(user)
    if not user.needs_second_factor:
        # The desk has seen the person; a lost phone must not lock an applicant out of the own file.
        Authenticator.objects.filter(user=user).delete()


def _refusal(code: ActivationCode, *, now: datetime) -> Refusal | None:
    if code.used_at:
        return Refusal.USED
    if code.revoked_at:
        return Refusal.REPLACED
    if code.attempts > ActivationCode.MAX_TRIES:
        return Refusal.BURNT
    return Refusal.EXPIRED if now >= code.expires_at else None


def _count_try(username: str, *, now: datetime) -> int:
    """Count before looking, so that a hundred guesses at once are a hundred tries and a rollback undoes none.

    A number that nobody has is counted like any other, in the same statements.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO accounts_activationtries AS tries (number_hash, count, started_at)
                VALUES (%(number)s, 1, %(now)s)
                ON CONFLICT (number_hash) DO UPDATE SET
                    count = CASE WHEN tries.started_at < %(old)s THEN 1 ELSE tries.count + 1 END,
                    started_at = CASE WHEN tries.started_at < %(old)s THEN %(now)s ELSE tries.started_at END
                RETURNING count
                """,
                {"number": _number_hash(username), "now": now, "old": now - CODE_LIFE},
            )
            (tries,) = cursor.fetchone()
        ActivationCode.objects.filter(
            user__username__iexact=username,
            used_at=None,
            revoked_at=None,
            attempts__lte=ActivationCode.MAX_TRIES,
        ).update(attempts=F("attempts") + 1)
    return tries


def _forget_old_tries(*, now: datetime) -> None:
    with transaction.atomic():
        old = ActivationTries.objects.filter(started_at__lt=now - CODE_LIFE)
        free = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:1000])
        ActivationTries.objects.filter(pk__in=free).delete()


def _code_hashes(code: str) -> list[str]:
    """The keyed hash of a normalised code: under the current secret first, then under those being retired."""
    return [
        salted_hmac("asylum_portal.accounts.card", code, secret=secret, algorithm="sha256").hexdigest()
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]


def _number_hash(username: str) -> str:
    return salted_hmac(
        "asylum_portal.accounts.tries", normalise_username(username).upper(), algorithm="sha256"
    ).hexdigest()
