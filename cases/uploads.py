"""Taking in a file that somebody hands in: proven, cleaned, scanned."""

from __future__ import annotations

import dataclasses
from typing import BinaryIO

from django.conf import settings

from cases.file_types import ProvenFile, RefusedFile, prove
from cases.virus_scan import ScanStatus, scan


def take_in(upload: BinaryIO, *, claimed_name: str) -> ProvenFile:
    """The clean file, in quarantine while the scanner is silent; or RefusedFile with the cure."""
    proven = prove(upload, claimed_name=claimed_name, limit=settings.UPLOAD_LIMIT_BYTES)
    # The bytes as they came in: cleaning may have taken the virus out, and the sender should know of it.
    verdict = scan(upload)
    if verdict.status is ScanStatus.INFECTED:
        raise RefusedFile("virus")
    return dataclasses.replace(proven, quarantined=verdict.status is ScanStatus.QUARANTINE)
