"""The demo's post: a folder of mails, and the page that shows them."""

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives

from asylum_portal.notices.mailbox import FolderBackend, read_mailbox


def write(folder: Path, number: int, **headers: str) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=f"خبر {number}",
        body="هناك خبر.\n\nhttp://localhost:8000/ar/notices/1/\n",
        to=["reader@post.example"],
        headers={
            "Message-ID": f"<{number}@portal.example>",
            "Content-Language": "ar",
            "Date": "Wed, 01 Apr 2026 12:00:00 +0000",
            **headers,
        },
    )
    message.attach_alternative("<p>هناك خبر.</p>", "text/html")
    assert FolderBackend(folder).send_messages([message]) == 1
    return message


def test_a_mail_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    write(folder, 1)
    (letter,) = read_mailbox(folder)
    assert letter.message_id == "<1@portal.example>"
    assert (letter.to, letter.subject) == ("reader@post.example", "خبر 1")
    assert (letter.language, letter.direction) == ("ar", "rtl")
    assert letter.body == "هناك خبر.\n\nhttp://localhost:8000/ar/notices/1/"
    assert letter.at == datetime(2026, 4, 1, 12, tzinfo=UTC)


def test_the_same_message_id_again_does_not_double(tmp_path: Path) -> None:
    write(tmp_path, 1)
    write(tmp_path, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["1@portal.example.eml"]


def test_a_message_id_cannot_leave_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    write(folder, 1, **{"Message-ID": "<../../../escaped@portal.example>"})
    assert len(list(folder.glob("*.eml"))) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mail"]


def test_the_newest_mail_stands_first_and_the_oldest_are_left_out(tmp_path: Path) -> None:
    for number in range(4):
        write(tmp_path, number)
        os.utime(tmp_path / f"{number}@portal.example.eml", (number, number))
    assert [letter.subject for letter in read_mailbox(tmp_path, limit=3)] == ["خبر 3", "خبر 2", "خبر 1"]


def test_what_is_no_mail_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, 1)
    (tmp_path / "empty.eml").write_bytes(b"")
    (tmp_path / "noise.eml").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "huge.eml").write_bytes(b"To: x\n\n" + b"x" * 300_000)
    (tmp_path / "odd.eml").write_bytes(b"To: x@post.example\nContent-Type: text/plain; charset=nonsense\n\nx")
    (tmp_path / "folder.eml").mkdir()
    (tmp_path / ".half.part").write_bytes(b"To: x\n")
    assert "<1@portal.example>" in [letter.message_id for letter in read_mailbox(tmp_path)]
    assert len(read_mailbox(tmp_path)) <= 2
    assert read_mailbox(tmp_path / "nowhere") == []


def test_a_reader_never_finds_half_a_mail(tmp_path: Path) -> None:
    done = threading.Event()

    def keep_writing() -> None:
        for _ in range(150):
            write(tmp_path, 1)
        done.set()

    writer = threading.Thread(target=keep_writing)
    write(tmp_path, 1)
    writer.start()
    while not done.is_set():
        assert len(read_mailbox(tmp_path)) == 1
    writer.join()


def test_a_full_disk_is_an_error_unless_silence_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    message = EmailMessage("x", "x", to=["reader@post.example"])
    with pytest.raises(OSError):  # noqa: PT011
        FolderBackend(tmp_path / "file").send_messages([message])
    assert FolderBackend(tmp_path / "file", fail_silently=True).send_messages([message]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
