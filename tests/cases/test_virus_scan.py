"""The scanner's word is asked over a real socket; silence is never taken for "clean"."""

from __future__ import annotations

import io
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cases.file_types import RefusedFile
from cases.uploads import take_in
from cases.virus_scan import ScanStatus, scan
from tests.cases import samples


@contextmanager
def scanner(answer: bytes | None, *, path: str = "") -> Iterator[tuple[str, list[bytes]]]:
    """A scanner that speaks INSTREAM as clamd does, and what it was sent; None hangs up without a word."""
    listener = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    listener.bind(path or ("127.0.0.1", 0))
    listener.listen()
    received: list[bytes] = []

    def serve() -> None:
        connection, _address = listener.accept()
        with connection, connection.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            content = b""
            while size := struct.unpack("!L", stream.read(4))[0]:
                content += stream.read(size)
            received.append(content)
            if answer is not None:
                connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield path or f"127.0.0.1:{listener.getsockname()[1]}", received
    finally:
        thread.join(timeout=10)
        listener.close()


def test_without_a_scanner_a_file_counts_as_not_scanned():
    assert scan(io.BytesIO(b"x"), address="").status is ScanStatus.NOT_SCANNED


def test_a_clean_file_is_sent_whole_from_its_start():
    content = bytes(range(256)) * 1000
    upload = io.BytesIO(content)
    upload.read(500)
    with scanner(b"stream: OK\0") as (address, received):
        assert scan(upload, address=address).status is ScanStatus.CLEAN
    assert received == [content]


def test_a_scanner_behind_a_local_socket_is_asked_too(tmp_path):
    with scanner(b"stream: OK\0", path=str(tmp_path / "clamd.sock")) as (address, _received):
        assert scan(io.BytesIO(b"x"), address=address).status is ScanStatus.CLEAN


def test_a_virus_is_named():
    with scanner(b"stream: Win.Test.EICAR_HDB-1 FOUND\0") as (address, _received):
        verdict = scan(io.BytesIO(b"x"), address=address)
    assert (verdict.status, verdict.detail) == (ScanStatus.INFECTED, "Win.Test.EICAR_HDB-1")


@pytest.mark.parametrize(
    "answer", [None, b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OKAY\0", b"\xff\0"]
)
def test_any_other_answer_is_quarantine(answer):
    with scanner(answer) as (address, _received):
        assert scan(io.BytesIO(b"x"), address=address).status is ScanStatus.QUARANTINE


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd.sock", "no-port", "host:many"])
def test_a_scanner_that_cannot_be_reached_is_quarantine(address):
    assert scan(io.BytesIO(b"x"), address=address).status is ScanStatus.QUARANTINE


def test_an_upload_is_taken_in_as_the_scanner_says(settings):
    settings.UPLOAD_LIMIT_BYTES = 1024 * 1024
    photo = samples.jpeg_bytes()
    settings.CLAMD_ADDRESS = ""
    assert take_in(io.BytesIO(photo), claimed_name="a.jpg").quarantined is False
    settings.CLAMD_ADDRESS = "127.0.0.1:1"
    assert take_in(io.BytesIO(photo), claimed_name="a.jpg").quarantined is True
    with scanner(b"stream: OK\0") as (address, received):
        settings.CLAMD_ADDRESS = address
        assert take_in(io.BytesIO(photo), claimed_name="a.jpg").quarantined is False
    assert received == [photo]
    with scanner(b"stream: Evil FOUND\0") as (address, _received):
        settings.CLAMD_ADDRESS = address
        with pytest.raises(RefusedFile) as refused:
            take_in(io.BytesIO(photo), claimed_name="a.jpg")
    assert refused.value.code == "virus"
