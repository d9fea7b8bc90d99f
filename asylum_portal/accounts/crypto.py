"""The field cipher: short secrets and texts that lie sealed in the database, with keys that do not."""

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class SealBroken(ValueError):
    """A sealed text that no key of this installation opens, or that somebody changed."""


def seal_text(text: str) -> str:
    """Seal a text with the current key."""
    return _cipher().encrypt(text.encode()).decode("ascii")


def open_text(sealed: str) -> str:
    """Open a sealed text with whichever key sealed it; raises SealBroken."""
    try:
        return _cipher().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken("no key opens this text") from error


def reseal_text(sealed: str) -> str:
    """The same text under the current key, so that an old key can go."""
    try:
        return _cipher().rotate(sealed.encode()).decode("ascii")
    except InvalidToken as error:
        raise SealBroken("no key opens this text") from error


def _cipher() -> MultiFernet:
    return _cipher_of(tuple(settings.FIELD_KEYS))


@lru_cache(maxsize=4)
def _cipher_of(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("FIELD_KEYS is empty: one urlsafe base64 key of 32 bytes is needed")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise ImproperlyConfigured("FIELD_KEYS: each key is 32 bytes in urlsafe base64") from error
