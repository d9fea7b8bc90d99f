"""The test suite: fast password hashing, mail in memory, files in a temporary folder."""

import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet

from .base import *  # noqa: F403
from .base import DATABASES

SECRET_KEY = "only the test suite uses this key, never a running portal"
FIELD_KEYS = [Fernet.generate_key().decode()]
DOCUMENT_KEYS = [f"test:{Fernet.generate_key().decode()}"]
if keys := os.environ.get("PORTAL_TEST_KEYS"):  # a worker process that must read what the suite has sealed
    FIELD_KEYS, DOCUMENT_KEYS = [keys], [f"test:{keys}"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = Path(os.environ.get("PORTAL_TEST_MEDIA") or tempfile.mkdtemp(prefix="portal-media-"))
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
if folder := os.environ.get("PORTAL_TEST_MAIL_DIR"):
    EMAIL_BACKEND = "asylum_portal.notices.mailbox.FolderBackend"
    DEMO_MAIL_DIR = Path(folder)
# The append-only tables refuse TRUNCATE; Django's flush between transactional tests needs it.
DATABASES["default"]["OPTIONS"]["options"] = "-c portal.allow_truncate=on"
SECOND_FACTOR_REQUIRED = False
