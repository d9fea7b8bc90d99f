"""Filing a document over the API, and its receipt."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from asylum_portal import clock
from cases.models import Document
from procedure.models import Filing
from procedure.states import State
from tests.api.conftest import DAY_TWO, Api, footprint, pdf, problem
from tests.cast import Cast, at

pytestmark = pytest.mark.django_db


def send(cast: Cast, person: str, **fields: Any) -> Any:
    return Api(cast.people[person]).upload("documents/", **{"procedure": cast.procedure.pk, **fields})


def test_corrections_get_a_receipt_that_says_when_what_and_by_how_much(cast: Cast) -> None:
    upload = pdf("corrections", name="Correcties ሰላም.pdf")
    content = upload.read()
    upload.seek(0)
    answer = send(cast, "lawyer", kind="corrections", content=upload)
    assert answer.status_code == 201, answer.content
    found = answer.json()
    filing = Filing.objects.get(pk=found["id"])
    assert found["receipt_number"] == filing.receipt_number
    assert found["sha256"] == hashlib.sha256(content).hexdigest()
    assert found["received_at"] == "2026-04-02T12:00:00+02:00"
    assert (found["in_time"], found["due_at"]) == (True, "2026-04-02T23:59:59+02:00")
    assert found["margin_seconds"] == 12 * 3600 - 1
    assert found["kind"] == "corrections" and found["filed_by"] == "Lawyer"
    again = Api(cast.caseworker).ask(f"filings/{found['id']}/").json()
    assert again == {**found, "kind_title": again["kind_title"]}
    assert answer["Location"].endswith(f"/api/filings/{found['id']}/")
    download = Api(cast.caseworker).ask(
        f"documents/{found['document']}/content/", headers={"accept": "image/png"}
    )
    assert download.status_code == 200 and b"".join(download.streaming_content).startswith(b"%PDF")
    assert download["Content-Type"] == "application/pdf"
    assert download["Content-Disposition"].startswith('attachment; filename="document-')
    assert download["X-Content-Type-Options"] == "nosniff" and download["Cache-Control"] == "no-store"
    known = Api(cast.lawyer).ask(f"documents/{found['document']}/").json()
    assert known["name"] == "Correcties ሰላም.pdf" and known["code"] == "DOC-COR"


def test_late_is_taken_and_told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(DAY_TWO + timedelta(days=1), 0, 0))
    answer = send(cast, "lawyer", kind="corrections", content=pdf(), late_reason="The train stood still")
    found = answer.json()
    assert (answer.status_code, found["in_time"], found["margin_seconds"]) == (201, False, -1)
    assert found["late_reason"] == "The train stood still"


def test_complete_closes_the_step_that_waits(cast: Cast) -> None:
    assert send(cast, "lawyer", kind="corrections", content=pdf(), complete="true").status_code == 201
    cast.procedure.refresh_from_db()
    assert cast.procedure.state == State.ASSESSMENT


def test_each_wrong_filing_is_told_in_its_order_and_leaves_nothing(cast: Cast) -> None:
    missing = "00000000-0000-4000-8000-000000000000"
    wrong: list[tuple[str, dict[str, Any], int, set[str]]] = [
        ("lawyer", {"procedure": missing, "kind": "corrections", "content": pdf()}, 404, set()),
        ("other_lawyer", {"kind": "corrections", "content": pdf()}, 404, set()),
        ("lawyer", {"kind": "response", "content": pdf()}, 409, set()),
        ("lawyer", {"kind": "appeal"}, 409, set()),
        ("applicant", {"kind": "corrections", "content": pdf()}, 403, set()),
        ("caseworker", {"kind": "evidence", "content": pdf()}, 403, set()),
        ("lawyer", {"kind": "corrections"}, 400, {"content"}),
        ("lawyer", {"kind": "corrections", "content": "text"}, 400, {"content"}),
        ("lawyer", {"kind": "poem", "content": pdf()}, 400, {"kind"}),
        ("lawyer", {"procedure": "x", "kind": "corrections", "content": pdf()}, 400, {"procedure"}),
        ("lawyer", {"kind": "corrections", "content": pdf(), "state": "granted"}, 400, {"state"}),
        ("lawyer", {"kind": "corrections", "content": pdf(), "complete": "perhaps"}, 400, {"complete"}),
        ("lawyer", {"kind": "corrections", "content": pdf(), "late_reason": "x" * 501}, 400, {"late_reason"}),
        ("lawyer", {"kind": "corrections", "content": pdf(), "late_reason": "\0"}, 400, {"late_reason"}),
        ("lawyer", {"kind": "translation", "content": pdf()}, 400, {"translation_of"}),
        (
            "lawyer",
            {"kind": "translation", "content": pdf(), "translation_of": missing},
            400,
            {"translation_of"},
        ),
        ("lawyer", {"kind": "corrections", "content": SimpleUploadedFile("a.pdf", b"")}, 400, {"content"}),
        (
            "lawyer",
            {"kind": "corrections", "content": SimpleUploadedFile("a.svg", b"<svg/>")},
            400,
            {"content"},
        ),
        (
            "lawyer",
            {"kind": "corrections", "content": SimpleUploadedFile("a.pdf", b"PK\3\4" * 9)},
            400,
            {"content"},
        ),
    ]
    before = footprint()
    for person, fields, status, named in wrong:
        found = problem(send(cast, person, **fields), status)
        assert found.get("errors", {}).keys() == named, (person, fields, found)
        assert footprint() == before, (person, fields)


def test_a_file_needs_multipart(cast: Cast) -> None:
    client = Api(cast.lawyer)
    answer = client.send(
        "documents/", {"procedure": str(cast.procedure.pk), "kind": "corrections", "content": "x"}
    )
    assert problem(answer, 400)["errors"].keys() == {"content"}
    answer = client.post("/api/documents/", "a=b", content_type="application/x-www-form-urlencoded")
    problem(answer, 415)


def test_too_big_is_refused_before_it_is_read(cast: Cast, settings: Any) -> None:
    settings.UPLOAD_LIMIT_BYTES = 100
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    before = footprint()
    problem(send(cast, "lawyer", kind="corrections", content=pdf()), 413)
    assert footprint() == before


def test_a_translation_names_its_original_of_the_same_case(cast: Cast) -> None:
    original = cast.case.documents.get(code="DOC-EV")
    answer = send(cast, "lawyer", kind="translation", content=pdf(), translation_of=original.pk)
    assert answer.status_code == 201, answer.content
    assert Document.objects.get(pk=answer.json()["document"]).translation_of == original


def test_an_unscanned_document_is_listed_for_its_sender_and_opens_for_nobody(cast: Cast) -> None:
    sent = send(cast, "lawyer", kind="corrections", content=pdf()).json()["document"]
    Document.objects.filter(pk=sent).update(status=Document.Status.QUARANTINED)
    assert Api(cast.lawyer).ask(f"documents/{sent}/").json()["readable"] is False
    assert problem(Api(cast.lawyer).ask(f"documents/{sent}/content/"), 409)["reasons"]
    problem(Api(cast.caseworker).ask(f"documents/{sent}/content/"), 404)
