"""Document files at rest: encrypted with keys outside the database, bound to the row they belong to.

A sealed file is a header and chunks of AES-256-GCM. The header names the key; the file's own key is derived
from it, a random salt and the row's id. Each chunk's nonce counts on and marks the last chunk, so that
cutting off, reordering, repeating or appending is found; header and row id are authenticated with each
chunk, so that a file put in the place of another one does not open.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import io
import os
import secrets
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError

CHUNK = 64 * 1024
_MAGIC = b"APVAULT"
_VERSION = 1
_TAG = 16
_SALT = 32
_PREFIX = 7
_LAST_COUNT = 2**32 - 1
_FOLDER = "documents"


class VaultError(Exception):
    """A sealed file cannot be opened."""


class VaultTampered(VaultError):
    """The file is not what was sealed for this row: changed, cut off, swapped, or not a sealed file."""


class VaultKeyMissing(VaultError):
    """The file is sealed with a key that is not among settings.DOCUMENT_KEYS."""


def current_key_id() -> str:
    """The name of the key with which files are sealed now."""
    return next(iter(_keys()))


def seal(source: BinaryIO, target: BinaryIO, *, row_id: UUID) -> None:
    """Write the source sealed for this row into the target."""
    key_id, key = next(iter(_keys().items()))
    name = key_id.encode()
    salt, prefix = secrets.token_bytes(_SALT), secrets.token_bytes(_PREFIX)
    header = _MAGIC + bytes((_VERSION, len(name))) + name + salt + prefix
    cipher, bound = _cipher(key, salt=salt, row_id=row_id), header + row_id.bytes
    target.write(header)
    count, chunk = 0, _read(source, CHUNK)
    while True:
        following = _read(source, CHUNK)
        target.write(cipher.encrypt(_nonce(prefix, count, last=not following), chunk, bound))
        if not following:
            return
        count, chunk = count + 1, following


def unseal(source: BinaryIO, *, row_id: UUID) -> Iterator[bytes]:
    """The content in pieces, each proven before it is given; VaultTampered or VaultKeyMissing otherwise."""
    key_id, salt, prefix, header = _read_header(source)
    keys = _keys()
    if key_id not in keys:
        raise VaultKeyMissing(f"There is no key {key_id!r} in DOCUMENT_KEYS.")
    cipher = _cipher(keys[key_id], salt=salt, row_id=row_id)
    return _unseal_chunks(source, cipher=cipher, prefix=prefix, bound=header + row_id.bytes)


def store(row_id: UUID, content: bytes | BinaryIO) -> str:
    """Seal the content for this row into a new file, never over another; its path below MEDIA_ROOT."""
    path = f"{_FOLDER}/{row_id.hex[:2]}/{row_id}.sealed"
    if _locate(path).exists():
        raise FileExistsError(path)
    source = io.BytesIO(content) if isinstance(content, bytes) else content
    _write(path, source, row_id=row_id)
    stored = _stored_in_this_block.get()
    if stored is not None:
        stored.append(path)
    return path


def open_stored(path: str, row_id: UUID) -> StoredContent:
    """The content of a stored file in pieces; the whole file is proven before the first piece is given.

    A reader thus gets the document or a plain error, never half a document.
    """
    file = _open(path)
    try:
        for _piece in unseal(file, row_id=row_id):
            pass
        file.seek(0)
        pieces = unseal(file, row_id=row_id)
    except BaseException:
        file.close()
        raise
    return StoredContent(file, pieces)


def key_id_of(path: str) -> str:
    """The name of the key with which this file is sealed, as its header says."""
    with _open(path) as file:
        return _read_header(file)[0]


def reseal(path: str, row_id: UUID) -> bool:
    """Seal a file anew with the current key, unless it is already; readers of it are not disturbed."""
    if key_id_of(path) == current_key_id():
        return False
    _write(path, io.BufferedReader(_Pieces(open_stored(path, row_id))), row_id=row_id)
    return True


def discard(path: str) -> None:
    """Remove the file of a row that did not come about."""
    _locate(path).unlink(missing_ok=True)


_stored_in_this_block: ContextVar[list[str] | None] = ContextVar("stored_in_this_block", default=None)


@contextlib.contextmanager
def discarding_on_error() -> Iterator[None]:
    """Around a transaction: if it fails, the files stored inside go with the rows. Blocks may be nested."""
    outer = _stored_in_this_block.get()
    stored: list[str] = []
    token = _stored_in_this_block.set(stored)
    try:
        yield
    except (OperationalError, InterfaceError):
        # The connection may have gone while committing, and the rows may be there: a file too many, which
        # nobody can read without its row, is better than a document lost.
        raise
    except BaseException:
        for path in stored:
            discard(path)
        raise
    else:
        if outer is not None:
            outer.extend(stored)
    finally:
        _stored_in_this_block.reset(token)


def _keys() -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for entry in settings.DOCUMENT_KEYS:
        key_id, colon, encoded = entry.partition(":")
        try:
            # Either alphabet: keys are made by different tools.
            key = base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
        except binascii.Error:
            key = b""
        if not colon or not 1 <= len(key_id.encode()) <= 255 or len(key) != 32 or key_id in keys:
            # The entry itself holds the key and is not repeated here.
            raise ImproperlyConfigured(
                f"DOCUMENT_KEYS, entry {len(keys) + 1}: write id:base64 of 32 bytes, each id once."
            )
        keys[key_id] = key
    if not keys:
        raise ImproperlyConfigured("DOCUMENT_KEYS is empty: documents cannot be kept without a key.")
    return keys


def _cipher(key: bytes, *, salt: bytes, row_id: UUID) -> AESGCM:
    info = _MAGIC + bytes((_VERSION,)) + row_id.bytes
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(key))


def _nonce(prefix: bytes, count: int, *, last: bool) -> bytes:
    if count > _LAST_COUNT:
        raise ValueError("The file is too large for one seal.")
    return prefix + count.to_bytes(4) + bytes((last,))


def _read_header(source: BinaryIO) -> tuple[str, bytes, bytes, bytes]:
    start = _read(source, len(_MAGIC) + 2)
    if len(start) < len(_MAGIC) + 2 or start[:-2] != _MAGIC or start[-2] != _VERSION:
        raise VaultTampered("This is not a sealed file.")
    rest = _read(source, start[-1] + _SALT + _PREFIX)
    if len(rest) < start[-1] + _SALT + _PREFIX:
        raise VaultTampered("The file is cut off.")
    name, salt, prefix = rest[: start[-1]], rest[start[-1] : -_PREFIX], rest[-_PREFIX:]
    return name.decode("utf-8", errors="replace"), salt, prefix, start + rest


def _unseal_chunks(source: BinaryIO, *, cipher: AESGCM, prefix: bytes, bound: bytes) -> Iterator[bytes]:
    count, chunk = 0, _read(source, CHUNK + _TAG)
    while True:
        following = _read(source, CHUNK + _TAG)
        try:
            yield cipher.decrypt(_nonce(prefix, count, last=not following), chunk, bound)
        except (InvalidTag, ValueError) as problem:
            raise VaultTampered(f"Part {count + 1} of the file is not what was sealed.") from problem
        if not following:
            return
        count, chunk = count + 1, following


def _read(source: BinaryIO, size: int) -> bytes:
    """Exactly so many bytes unless the source ends: sockets and pipes give less than asked for."""
    parts: list[bytes] = []
    while size and (part := source.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _locate(path: str) -> Path:
    root = (Path(settings.MEDIA_ROOT) / _FOLDER).resolve()
    located = (Path(settings.MEDIA_ROOT) / path).resolve()
    if not located.is_relative_to(root):
        raise VaultTampered("The path leads out of the vault.")
    return located


def _open(path: str) -> BinaryIO:
    try:
        return _locate(path).open("rb")
    except FileNotFoundError as problem:
        raise VaultTampered("The file is gone.") from problem


def _write(path: str, source: BinaryIO, *, row_id: UUID) -> None:
    """Under another name first, then renamed: a crash leaves the old file or the new one, never a half."""
    place = _locate(path)
    for folder in (place.parent.parent, place.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as target:
            seal(source, target, row_id=row_id)
            target.flush()
            os.fsync(target.fileno())
        os.replace(draft, place)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    # The new name itself must survive a power cut.
    descriptor = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class StoredContent:
    """The pieces of a stored file; closes the file at its end, or when the reader goes away."""

    def __init__(self, file: BinaryIO, pieces: Iterator[bytes]) -> None:
        self._file = file
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file; what has not been read is not read any more."""
        self._file.close()


class _Pieces(io.RawIOBase):
    """Pieces read as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left:
            try:
                self._left = next(self._pieces)
            except StopIteration:
                return 0
        taken, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)
