"""A change of keys while the portal is up: every document is sealed anew, and nothing is lost on the way."""

from __future__ import annotations

import base64
import uuid
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from asylum_portal.accounts.models import Role, User
from cases import vault
from cases.models import Applicant, Case, Document

OLD = "2025:" + base64.b64encode(b"o" * 32).decode()
NEW = "2026:" + base64.b64encode(b"n" * 32).decode()


@pytest.fixture
def documents(db, settings, tmp_path) -> list[Document]:
    settings.MEDIA_ROOT = tmp_path
    settings.DOCUMENT_KEYS = [OLD]
    applicant = Applicant.objects.create(
        v_number="2812345678", name="S. Tesfay", reading_language="ti", interpreter_language="Tigrinya"
    )
    case = Case.objects.create(number="2026-1", applicant=applicant, opened_on=date(2026, 3, 1))
    caseworker = User.objects.create(username="worker@ind.example", role=Role.CASEWORKER)
    rows = []
    for number in range(3):
        row_id = uuid.uuid4()
        rows.append(
            Document.objects.create(
                id=row_id,
                case=case,
                code="DOC-EV",
                original_name="evidence.pdf",
                media_type="application/pdf",
                extension="pdf",
                size=10,
                received_sha256="0" * 64,
                stored_sha256="0" * 64,
                stored_path=vault.store(row_id, b"content %d" % number),
                uploaded_by=caseworker,
                received_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
            )
        )
    return rows


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("reseal_documents", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_every_document_is_sealed_with_the_new_key_and_read_without_the_old_one(documents, settings):
    settings.DOCUMENT_KEYS = [NEW, OLD]
    assert run("--dry-run") == "To be sealed anew with key 2026: 3.\n"
    assert {vault.key_id_of(row.stored_path) for row in documents} == {"2025"}
    assert run() == "Sealed anew with key 2026: 3.\n"
    assert run() == "Sealed anew with key 2026: 0.\n"
    settings.DOCUMENT_KEYS = [NEW]
    for number, row in enumerate(documents):
        assert b"".join(vault.open_stored(row.stored_path, row.id)) == b"content %d" % number


def test_a_damaged_document_is_named_and_the_others_are_sealed_anew(documents, settings):
    broken = Path(settings.MEDIA_ROOT) / documents[1].stored_path
    broken.write_bytes(broken.read_bytes()[:-1])
    settings.DOCUMENT_KEYS = [NEW, OLD]
    with pytest.raises(CommandError, match="left as they are: 1"):
        run()
    assert [vault.key_id_of(row.stored_path) for row in documents] == ["2026", "2025", "2026"]
