"""The demo's post: each mail becomes a file in a folder, and the folder can be read as a page."""

import logging
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from asylum_portal import languages

logger = logging.getLogger(__name__)

# As large as a mail of the portal ever gets; a bigger file in the folder is not one.
MAX_BYTES = 200_000


class FolderBackend(BaseEmailBackend):
    """Writes each mail as <message-id>.eml, whole or not at all; the same Message-ID again replaces it."""

    def __init__(self, folder: str | Path | None = None, fail_silently: bool = False, **kwargs: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        chosen = folder or settings.DEMO_MAIL_DIR
        if chosen is None:
            raise ImproperlyConfigured("DEMO_MAIL_DIR names no folder for the demo's mail")
        self.folder = Path(chosen)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        written = 0
        for message in email_messages:
            try:
                self._write(message)
            except OSError:
                if not self.fail_silently:
                    raise
            else:
                written += 1
        return written

    def _write(self, message: EmailMessage) -> None:
        mime = message.message()
        name = re.sub(r"[^A-Za-z0-9@._+-]", "_", str(mime["Message-ID"]).strip("<> ")).lstrip(".")
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(mime.as_bytes())
            os.replace(temporary, self.folder / f"{name}.eml")
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as the demo shows it."""

    message_id: str
    to: str
    subject: str
    language: str
    direction: str
    body: str
    at: datetime


def read_mailbox(folder: Path, *, limit: int = 200) -> list[Letter]:
    """The mails in a folder, the newest first; a file that is no mail is left out."""
    if not folder.is_dir():
        return []
    found: list[tuple[float, Path]] = []
    for path in folder.glob("*.eml"):
        try:
            found.append((path.stat().st_mtime, path))
        except OSError:
            continue  # removed while looking
    letters = []
    for _written, path in sorted(found, reverse=True)[:limit]:
        try:
            letters.append(_read(path))
        except (OSError, ValueError, LookupError, AttributeError) as error:
            logger.warning("%s is no mail: %s", path.name, type(error).__name__)
    return letters


def _read(path: Path) -> Letter:
    if path.stat().st_size > MAX_BYTES:
        raise ValueError("too big")
    message: ParsedMessage = message_from_bytes(path.read_bytes(), policy=policy.default)
    part = message.get_body(("plain", "html"))
    if part is None or not message["To"]:
        raise ValueError("no text or no receiver")
    language = languages.known(str(message["Content-Language"] or settings.LANGUAGE_CODE)).code
    return Letter(
        message_id=str(message["Message-ID"]),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        language=language,
        direction="rtl" if languages.is_rtl(language) else "ltr",
        body=part.get_content().strip(),
        at=_date(message, path),
    )


def _date(message: ParsedMessage, path: Path) -> datetime:
    try:
        at = parsedate_to_datetime(str(message["Date"]))
    except ValueError:
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
