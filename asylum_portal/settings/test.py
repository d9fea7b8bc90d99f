"""The test suite: fast password hashing, mail in memory, files in a temporary folder."""

import os
from pathlib import Path

from cryptography.fernet import Fernet

from asylum_portal import embedded

from .base import *  # noqa: F403
from .base import BASE_DIR, DATABASES, dj_database_url

# The suite starts servers of its own below this directory, unless it is told of others.
STATE_DIR = SUITE_DIR = embedded.suite_dir(BASE_DIR)
_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
_database_url, _redis_url = embedded.urls(SUITE_DIR, redis_database=int(_worker.removeprefix("gw") or -1) + 1)
if "DATABASE_URL" not in os.environ:
    DATABASES["default"] |= dj_database_url.parse(_database_url, conn_health_checks=True)
REDIS_URL = CELERY_BROKER_URL = os.environ.get("REDIS_URL", _redis_url)

SECRET_KEY = "only the test suite uses this key, never a running portal"
# In the environment, so that a worker process started by a test reads what the suite has sealed.
_key = os.environ.setdefault("PORTAL_TEST_KEYS", Fernet.generate_key().decode())
FIELD_KEYS, DOCUMENT_KEYS = [_key], [f"test:{_key}"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Nothing is collected for tests: a browser gets the files from the source, through Django's finders.
STATIC_ROOT = None  # type: ignore[assignment]
MEDIA_ROOT = Path(os.environ.get("PORTAL_TEST_MEDIA") or SUITE_DIR / "media" / (_worker or "main"))
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
if folder := os.environ.get("PORTAL_TEST_MAIL_DIR"):
    EMAIL_BACKEND = "asylum_portal.notices.mailbox.FolderBackend"
    DEMO_MAIL_DIR = Path(folder)
# The append-only tables refuse TRUNCATE; Django's flush between transactional tests needs it.
DATABASES["default"]["OPTIONS"]["options"] = "-c portal.allow_truncate=on"
SECOND_FACTOR_REQUIRED = False
