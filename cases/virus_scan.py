"""Asking a virus scanner (clamd) about a file. No answer is never taken for "clean"."""

from __future__ import annotations

import enum
import socket
import struct
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings

_CHUNK = 64 * 1024
_PATIENCE_SECONDS = 30.0


class ScanStatus(enum.StrEnum):
    """What is known about viruses in a file."""

    CLEAN = "clean"
    INFECTED = "infected"
    QUARANTINE = "quarantine"  # a scanner is set up but gave no answer: nobody may open the file yet
    NOT_SCANNED = "not_scanned"  # no scanner is set up


@dataclass(frozen=True, slots=True)
class Scan:
    """The scanner's answer: the status, and the name of the virus or of the trouble."""

    status: ScanStatus
    detail: str = ""


def scan(upload: BinaryIO, *, address: str | None = None) -> Scan:
    """What the scanner at settings.CLAMD_ADDRESS ("host:port" or a socket's path) says about these bytes."""
    address = settings.CLAMD_ADDRESS if address is None else address
    if not address:
        return Scan(ScanStatus.NOT_SCANNED)
    upload.seek(0)
    try:
        with _connect(address) as connection:
            connection.sendall(b"zINSTREAM\0")
            while chunk := upload.read(_CHUNK):
                connection.sendall(struct.pack("!L", len(chunk)) + chunk)
            connection.sendall(struct.pack("!L", 0))
            answer = _read_answer(connection)
    except (OSError, ValueError) as problem:
        return Scan(ScanStatus.QUARANTINE, type(problem).__name__)
    # "stream: OK", "stream: Eicar-Test-Signature FOUND", "INSTREAM size limit exceeded. ERROR"
    verdict = answer.removeprefix("stream:").strip()
    if verdict == "OK":
        return Scan(ScanStatus.CLEAN)
    if verdict.endswith(" FOUND"):
        return Scan(ScanStatus.INFECTED, verdict.removesuffix(" FOUND"))
    return Scan(ScanStatus.QUARANTINE, verdict[:200] or "no answer")


def _connect(address: str) -> socket.socket:
    path = address.removeprefix("unix:")
    if path.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(_PATIENCE_SECONDS)
        try:
            connection.connect(path)
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE_SECONDS)


def _read_answer(connection: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < 4096 and (part := connection.recv(4096)):
        answer += part
    return answer.rstrip(b"\0").decode("utf-8", errors="replace")
