"""Documents at rest: nothing readable without the keys, nothing changed without being found out."""

from __future__ import annotations

import base64
import contextlib
import io
import os
import secrets
import stat
import threading
import uuid
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cases import vault
from cases.vault import CHUNK, VaultKeyMissing, VaultTampered

ROW = uuid.UUID("11111111-2222-4333-8444-555555555555")
HEADER = 7 + 2 + len("one") + 32 + 7
SEALED_CHUNK = CHUNK + 16
KEY_ONE = "one:" + base64.b64encode(b"1" * 32).decode()
KEY_TWO = "two:" + base64.urlsafe_b64encode(b"\xff" * 32).decode()


@pytest.fixture(autouse=True)
def keys(settings, tmp_path):
    settings.DOCUMENT_KEYS = [KEY_ONE]
    settings.MEDIA_ROOT = tmp_path


def sealed(content: bytes, *, row_id: uuid.UUID = ROW) -> bytes:
    target = io.BytesIO()
    vault.seal(io.BytesIO(content), target, row_id=row_id)
    return target.getvalue()


def opened(data: bytes, *, row_id: uuid.UUID = ROW) -> bytes:
    return b"".join(vault.unseal(io.BytesIO(data), row_id=row_id))


def file_of(path: str, settings) -> Path:
    return Path(settings.MEDIA_ROOT) / path


class Dripping(io.BytesIO):
    """A source that gives a few bytes at a time, as a socket does."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size, 1000) if size and size > 0 else size)


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=300), st.integers(0, 3), st.integers(-2, 2))
def test_what_was_sealed_comes_back(start, chunks, more):
    content = start + b"\xa5" * max(0, chunks * CHUNK + more - len(start))
    assert opened(sealed(content)) == content


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_a_source_that_drips_seals_to_whole_chunks(length):
    target = io.BytesIO()
    vault.seal(Dripping(b"x" * length), target, row_id=ROW)
    assert len(target.getvalue()) == HEADER + length + 16 * max(1, -(-length // CHUNK))
    assert b"".join(vault.unseal(Dripping(target.getvalue()), row_id=ROW)) == b"x" * length


def test_nothing_of_the_content_shows_and_no_two_seals_are_alike():
    content = b"my story " * 1000
    assert b"story" not in sealed(content)
    assert sealed(content)[HEADER:] != sealed(content)[HEADER:]


@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_every_changed_bit_is_found(data):
    whole = sealed(b"a" * 200)
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(vault.VaultError):
        opened(bytes(changed))


def test_a_changed_bit_in_a_later_chunk_is_found_before_that_chunk_is_given():
    changed = bytearray(sealed(b"a" * CHUNK + b"b" * CHUNK))
    changed[-1] ^= 1
    pieces = vault.unseal(io.BytesIO(bytes(changed)), row_id=ROW)
    assert next(pieces) == b"a" * CHUNK
    with pytest.raises(VaultTampered):
        next(pieces)


@hypothesis_settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.floats(0, 1, exclude_max=True))
def test_a_file_cut_off_anywhere_is_found(share):
    whole = sealed(b"a" * (2 * CHUNK + 500))
    with pytest.raises(VaultTampered):
        opened(whole[: int(len(whole) * share)])


@pytest.mark.parametrize("length", [HEADER, HEADER + SEALED_CHUNK, HEADER + 2 * SEALED_CHUNK])
def test_a_file_cut_off_between_chunks_is_found(length):
    with pytest.raises(VaultTampered):
        opened(sealed(b"a" * (2 * CHUNK + 500))[:length])


def test_exchanged_repeated_and_appended_chunks_are_found():
    whole = sealed(b"a" * CHUNK + b"b" * CHUNK + b"c" * 10)
    header, first = whole[:HEADER], whole[HEADER : HEADER + SEALED_CHUNK]
    second, last = (
        whole[HEADER + SEALED_CHUNK : HEADER + 2 * SEALED_CHUNK],
        whole[HEADER + 2 * SEALED_CHUNK :],
    )
    assert opened(header + first + second + last)
    for order in (second + first + last, first + first + second + last, first + last, whole[HEADER:] + last):
        with pytest.raises(VaultTampered):
            opened(header + order)
    with pytest.raises(VaultTampered):
        opened(whole + b"x")


def test_the_file_of_another_row_does_not_open():
    with pytest.raises(VaultTampered):
        opened(sealed(b"content"), row_id=uuid.uuid4())


def test_a_chunk_of_another_file_of_the_same_row_is_found():
    one, two = sealed(b"a" * CHUNK + b"b"), sealed(b"c" * CHUNK + b"d")
    with pytest.raises(VaultTampered):
        opened(one[: HEADER + SEALED_CHUNK] + two[HEADER + SEALED_CHUNK :])


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7", b"APVAULT", b"APVAULT\x02\x03one" + b"0" * 90, b"APVAULT\x01\xff"]
)
def test_what_is_no_sealed_file_is_told(data):
    with pytest.raises(VaultTampered):
        vault.unseal(io.BytesIO(data), row_id=ROW)


def test_a_missing_key_is_told_by_its_name_before_anything_is_read(settings):
    data = sealed(b"content")
    settings.DOCUMENT_KEYS = [KEY_TWO]
    with pytest.raises(VaultKeyMissing, match="one"):
        vault.unseal(io.BytesIO(data), row_id=ROW)


def test_another_key_under_the_same_name_does_not_open(settings):
    data = sealed(b"content")
    settings.DOCUMENT_KEYS = ["one:" + base64.b64encode(b"2" * 32).decode()]
    with pytest.raises(VaultTampered):
        opened(data)


@pytest.mark.parametrize(
    "entries",
    [
        [],
        ["one"],
        [":" + base64.b64encode(b"1" * 32).decode()],
        ["one:" + base64.b64encode(b"1" * 16).decode()],
        ["one:not base64!"],
        [KEY_ONE, KEY_ONE],
    ],
)
def test_keys_written_wrongly_are_refused_without_showing_them(settings, entries):
    settings.DOCUMENT_KEYS = entries
    with pytest.raises(ImproperlyConfigured) as caught:
        vault.current_key_id()
    assert "MTEx" not in str(caught.value)


# On disk


def test_a_stored_file_is_named_by_its_row_and_readable_by_the_portal_alone(settings):
    path = vault.store(ROW, b"content " * 100)
    assert path == f"documents/11/{ROW}.sealed"
    file = file_of(path, settings)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in file.parent.iterdir()] == [file.name]
    assert b"content" not in file.read_bytes()
    assert b"".join(vault.open_stored(path, ROW)) == b"content " * 100


def test_a_stored_file_is_never_written_over():
    path = vault.store(ROW, b"first")
    with pytest.raises(FileExistsError):
        vault.store(ROW, io.BytesIO(b"second"))
    assert b"".join(vault.open_stored(path, ROW)) == b"first"


def test_a_reader_gets_nothing_of_a_file_whose_end_is_damaged(settings):
    path = vault.store(ROW, io.BytesIO(b"a" * (3 * CHUNK)))
    file = file_of(path, settings)
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(VaultTampered):
        vault.open_stored(path, ROW)


def test_two_files_put_in_each_others_place_do_not_open(settings):
    rows = [uuid.uuid4(), uuid.uuid4()]
    paths = [vault.store(row, row.bytes) for row in rows]
    one, two = (file_of(path, settings) for path in paths)
    spare = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(spare)
    for path, row in zip(paths, rows, strict=True):
        with pytest.raises(VaultTampered):
            vault.open_stored(path, row)


@pytest.mark.parametrize("path", ["outside.sealed", "documents/../outside.sealed", "/etc/passwd"])
def test_a_path_that_leads_out_of_the_vault_opens_nothing(settings, path):
    # A file that would open, in the wrong place.
    (Path(settings.MEDIA_ROOT) / "outside.sealed").write_bytes(sealed(b"content"))
    with pytest.raises(VaultTampered, match="leads out"):
        vault.open_stored(path, ROW)


def test_a_file_that_is_gone_is_told():
    with pytest.raises(VaultTampered, match="gone"):
        vault.open_stored("documents/11/none.sealed", ROW)


def test_a_source_that_fails_half_way_leaves_nothing(settings):
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > CHUNK:
                raise OSError("the line went dead")
            return super().read(size)

    with pytest.raises(OSError, match="line went dead"):
        vault.store(ROW, Failing(b"x" * (4 * CHUNK)))
    assert not [file for file in Path(settings.MEDIA_ROOT).rglob("*") if file.is_file()]


def test_the_file_is_closed_when_the_reader_goes_away():
    content = vault.open_stored(vault.store(ROW, b"a" * (2 * CHUNK)), ROW)
    next(content)
    content.close()
    with pytest.raises(ValueError, match="closed"):
        next(content)


# A change of keys


def test_a_file_is_sealed_anew_and_then_needs_the_old_key_no_more(settings):
    content = secrets.token_bytes(CHUNK * 2 + 7)
    path = vault.store(ROW, content)
    assert vault.key_id_of(path) == "one"
    assert vault.reseal(path, ROW) is False
    settings.DOCUMENT_KEYS = [KEY_TWO, KEY_ONE]
    assert b"".join(vault.open_stored(path, ROW)) == content
    assert vault.reseal(path, ROW) is True
    assert vault.key_id_of(path) == "two"
    settings.DOCUMENT_KEYS = [KEY_TWO]
    assert b"".join(vault.open_stored(path, ROW)) == content
    assert stat.S_IMODE(file_of(path, settings).stat().st_mode) == 0o600


def test_who_is_reading_while_a_file_is_sealed_anew_reads_on(settings):
    content = secrets.token_bytes(CHUNK * 3)
    path = vault.store(ROW, content)
    pieces = vault.open_stored(path, ROW)
    first = next(pieces)
    settings.DOCUMENT_KEYS = [KEY_TWO, KEY_ONE]
    assert vault.reseal(path, ROW)
    assert first + b"".join(pieces) == content


def test_a_damaged_file_is_not_sealed_anew(settings):
    path = vault.store(ROW, b"content")
    file = file_of(path, settings)
    damaged = file.read_bytes()[:-1] + b"\x00"
    file.write_bytes(damaged)
    settings.DOCUMENT_KEYS = [KEY_TWO, KEY_ONE]
    with pytest.raises(VaultTampered):
        vault.reseal(path, ROW)
    assert file.read_bytes() == damaged


# Files and rows together


def store_and_fail(*rows: uuid.UUID, error: type[Exception] = RuntimeError, nested: bool = False) -> None:
    with vault.discarding_on_error():
        with vault.discarding_on_error() if nested else contextlib.nullcontext():
            for row in rows:
                vault.store(row, b"lost")
        raise error


def stored_rows(settings) -> set[str]:
    return {file.stem for file in Path(settings.MEDIA_ROOT).rglob("*.sealed")}


@pytest.mark.parametrize("nested", [False, True])
def test_files_stored_in_a_block_that_fails_are_removed(settings, nested):
    kept, lost = uuid.uuid4(), uuid.uuid4()
    with vault.discarding_on_error():
        vault.store(kept, b"kept")
    with pytest.raises(RuntimeError):
        store_and_fail(lost, uuid.uuid4(), nested=nested)
    assert stored_rows(settings) == {str(kept)}
    vault.store(lost, b"outside a block")
    assert stored_rows(settings) == {str(kept), str(lost)}


def test_a_failing_block_does_not_touch_what_another_thread_stores(settings):
    other = uuid.uuid4()

    def fail_beside_another_thread() -> None:
        with vault.discarding_on_error():
            thread = threading.Thread(target=vault.store, args=(other, b"theirs"))
            thread.start()
            thread.join()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_beside_another_thread()
    assert stored_rows(settings) == {str(other)}


def test_a_connection_lost_while_committing_loses_no_document(settings):
    row = uuid.uuid4()
    with pytest.raises(OperationalError):
        store_and_fail(row, error=OperationalError)
    assert stored_rows(settings) == {str(row)}


@pytest.mark.skipif(os.name != "posix", reason="file modes are of POSIX systems")
def test_a_careless_umask_opens_no_file(settings):
    before = os.umask(0)
    try:
        path = vault.store(ROW, b"content")
    finally:
        os.umask(before)
    assert stat.S_IMODE(file_of(path, settings).stat().st_mode) == 0o600
