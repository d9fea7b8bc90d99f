"""Files are proven by decoding them; what lies, acts or is no letter or picture does not get in."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.file_types import RefusedFile, prove, refusals
from cases.file_types.names import clean_name
from tests.cases import samples
from tests.cases.uploads import LIMIT, refusal, take, text_of, with_scripts

# What is taken


@pytest.mark.parametrize(
    ("data", "name", "media_type", "extension", "pages"),
    [
        (samples.pdf_bytes(pages=3), "brief.pdf", "application/pdf", "pdf", 3),
        (samples.jpeg_bytes(), "IMG_0042.JPG", "image/jpeg", "jpg", None),
        (samples.png_bytes(), "Screenshot.png", "image/png", "png", None),
        (samples.webp_bytes(), "photo.webp", "image/webp", "webp", None),
    ],
)
def test_pdf_and_pictures_are_taken_and_say_what_they_are(data, name, media_type, extension, pages):
    proven = take(data, name)
    assert (proven.media_type, proven.extension, proven.pages) == (media_type, extension, pages)
    assert proven.size == len(data)
    assert proven.received_sha256 == hashlib.sha256(data).hexdigest()
    assert proven.stored_sha256 == hashlib.sha256(proven.content).hexdigest()


def test_a_plain_file_counts_as_not_cleaned_and_one_with_an_author_as_cleaned():
    assert take(samples.png_bytes(), "a.png").cleaned is False
    proven = take(samples.pdf_bytes(author="Selam Tesfay"), "a.pdf")
    assert proven.cleaned is True
    assert b"Selam" not in text_of(proven.content)


def test_what_was_cleaned_is_taken_again():
    for data, name in ((samples.pdf_bytes(), "a.pdf"), (samples.jpeg_bytes(), "a.jpg")):
        once = take(data, name)
        assert take(once.content, name).media_type == once.media_type
    assert take(once.content, name).removed == frozenset()


def test_the_same_pdf_gives_the_same_stored_bytes():
    data = samples.pdf_bytes("same")
    assert take(data, "a.pdf").stored_sha256 == take(data, "b.pdf").stored_sha256


@pytest.mark.parametrize(
    "name",
    [
        "جواز السفر.jpg",
        "شهادة الميلاد‌ها ١٤٠٢.jpeg",
        "ፓስፖርት ናይ ሰላም.jpg",
        "መታወቒ ወረቐት — ኣስመራ.JPG",
        "ID-kaart (voorkant) & achter.jpg",
        "foto",
        "scan 12.03.2026",
        ".jpg",
        "",
        "名前.jpg",
        "a" * 400 + ".jpg",
        "ሰ" * 400,
    ],
)
def test_a_phone_photo_is_taken_under_any_name(name):
    proven = take(samples.jpeg_bytes(camera="Tecno"), name)
    assert proven.extension == "jpg"
    assert proven.name.lower().endswith((".jpg", ".jpeg"))
    assert len(proven.name) <= 155


def test_a_name_keeps_its_script_and_loses_folders_controls_and_turning_marks():
    assert clean_name("../../etc/ጽሑፍ.pdf") == "ጽሑፍ.pdf"
    assert clean_name("C:\\Users\\x\\brief.pdf") == "brief.pdf"
    assert clean_name("paspoort\u202egpj.exe") == "paspoortgpj.exe"
    assert clean_name("a\x00b\r\nc\u2028.pdf") == "abc.pdf"
    assert clean_name("Jose\u0301.pdf") == "Jos\u00e9.pdf"
    assert clean_name("می‌خواهم.pdf") == "می‌خواهم.pdf"
    assert clean_name("x" * 500 + ".pdf").endswith("xx.pdf")


@given(st.text())
def test_any_name_comes_out_fit_to_be_stored_and_sent(name):
    cleaned = clean_name(name)
    cleaned.encode("utf-8")
    assert len(cleaned) <= 150
    assert not set(cleaned) & set("/\\\0\n\r\u202e")


def test_the_name_follows_the_proven_type():
    assert take(samples.png_bytes(), "photo.jpg").name == "photo.png"
    assert take(samples.pdf_bytes(), "scan").name == "scan.pdf"
    assert take(samples.pdf_bytes(), "brief 01.04").name == "brief 01.04.pdf"


def test_a_photo_with_its_iphone_name_but_sent_as_jpeg_is_taken():
    assert take(samples.jpeg_bytes(), "IMG_0001.HEIC").name == "IMG_0001.jpg"


# What is refused


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.pdf", "empty"),
        (samples.docx_bytes(), "brief.docx", "office"),
        (samples.docx_bytes(), "brief.pdf", "office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "brief.doc", "office"),
        (b"{\\rtf1 hello}", "brief.rtf", "office"),
        (samples.zip_bytes(), "alles.zip", "archive"),
        (samples.zip_bytes(), "foto.jpg", "archive"),
        (b"Rar!\x1a\x07\x01\x00" + b"\0" * 100, "alles.rar", "archive"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "a.pdf", "web_page"),
        (b"\xef\xbb\xbf  <html><body>", "a.jpg", "web_page"),
        (b'<?xml version="1.0"?><svg onload="alert(1)"/>', "a.svg", "svg"),
        ("<svg/>".encode("utf-16"), "a.png", "svg"),
        (b"MZ\x90\x00" + b"\0" * 100, "foto.jpg", "program"),
        (b"\x7fELF" + b"\0" * 100, "foto", "program"),
        (b"#!/bin/sh\nrm -rf /\n", "a.pdf", "program"),
        (b"GIF89a" + b"\0" * 40, "a.gif", "gif"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "IMG_1.HEIC", "heic"),
        (b"\0\0\0\x18ftypmp42" + b"\0" * 40, "film.mp4", "recording"),
        (b"II*\0" + b"\0" * 40, "scan.tif", "other_picture"),
        ("Mijn verhaal, በዓል, قصة".encode(), "verhaal.txt", "text"),
        (b"\x01\x02\x03\x00\xff\xfe" * 20, "a.pdf", "unknown"),
        (samples.pdf_bytes(), "foto.jpg", "name_mismatch"),
        (samples.jpeg_bytes(), "brief.pdf", "name_mismatch"),
        (samples.pdf_bytes(), "brief.exe", "name_mismatch"),
        (samples.png_bytes(), "film.mp4", "name_mismatch"),
        (samples.eicar_bytes(), "a.pdf", "virus"),
        (samples.jpeg_bytes() + samples.eicar_bytes(), "a.jpg", "virus"),
        (samples.pdf_bytes() + samples.zip_bytes(), "a.pdf", "mixed"),
        (samples.pdf_bytes() + b"\n" + b"A" * 100, "a.pdf", "mixed"),
        (samples.pdf_bytes() + b"<script>alert(1)</script>", "a.pdf", "mixed"),
        (b"GIF89a junk " + samples.pdf_bytes(), "a.pdf", "mixed"),
        (b"\xff\xd8\xff\xe0" + samples.pdf_bytes(), "a.jpg", "mixed"),
        (b"<html>" + samples.pdf_bytes(), "a.pdf", "mixed"),
        (samples.pdf_bytes().replace(b"\n", b"\n%<script>alert(1)</script>\n", 1), "a.pdf", "mixed"),
        (samples.jpeg_bytes() + samples.zip_bytes(), "a.jpg", "mixed"),
        (samples.png_bytes() + samples.pdf_bytes(), "a.png", "mixed"),
        (samples.jpeg_bytes() + b"<SCRIPT>alert(1)</SCRIPT>", "a.jpg", "mixed"),
        (samples.jpeg_bytes() + b"Rar!\x1a\x07\x00", "a.jpg", "mixed"),
    ],
)
def test_other_files_and_liars_are_refused_with_their_reason(data, name, code):
    assert refusal(data, name).code == code


def test_a_zip_with_a_pdf_in_it_that_passes_for_both_is_refused():
    target = io.BytesIO(samples.pdf_bytes())
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("virus.js", "x")
        archive.comment = b"%%EOF"
    assert target.getvalue().endswith(b"%%EOF")
    assert refusal(target.getvalue(), "a.pdf").code == "mixed"


def test_a_file_may_be_as_big_as_the_limit_and_no_bigger():
    data = samples.jpeg_bytes()
    assert take(data, "a.jpg", limit=len(data)).size == len(data)
    refused = refusal(data, "a.jpg", limit=len(data) - 1)
    assert refused.code == "too_big"
    assert "20 MB" in str(refusal(b"\0" * (LIMIT + 1), "a.jpg"))


def test_a_file_that_was_read_before_is_read_from_its_start():
    upload = io.BytesIO(samples.png_bytes())
    upload.read(100)
    assert prove(upload, claimed_name="a.png", limit=LIMIT).extension == "png"


def test_every_reason_reads_as_a_sentence_with_a_cure():
    params = {"limit": 20, "found": "X", "claimed": "Y"}
    with translation.override("en"):
        for code in refusals._REASONS:
            sentence = str(RefusedFile(code, **params))
            assert sentence.endswith((".", "?"))
            assert "%(" not in sentence
            assert sentence.count(".") >= 2


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_to_a_good_file_brings_the_program_down(data):
    good, name = data.draw(st.sampled_from(GOOD))
    at = data.draw(st.integers(0, len(good) - 1))
    junk = data.draw(st.binary(min_size=1, max_size=40))
    cut = data.draw(st.integers(0, 60))
    damaged = good[:at] + junk + good[at + cut :]
    try:
        proven = take(damaged, name)
    except RefusedFile:
        return
    assert proven.content


GOOD = [
    (samples.pdf_bytes("some text"), "a.pdf"),
    (samples.changed_pdf(with_scripts), "a.pdf"),
    (samples.jpeg_bytes((60, 40), gps=(1.0, 2.0, 3.0)), "a.jpg"),
    (samples.png_bytes((60, 40)), "a.png"),
    (samples.webp_bytes((60, 40)), "a.webp"),
]
