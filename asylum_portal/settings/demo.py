"""The demo on one's own machine: embedded servers, mail in a folder, a clock that moves, no second factor."""

import hashlib
import os

from cryptography.fernet import Fernet

from asylum_portal import embedded

from .base import *  # noqa: F403
from .base import BASE_DIR, DATABASES, dj_database_url

STATE_DIR = embedded.state_dir(BASE_DIR)
_database_url, _redis_url = embedded.urls(STATE_DIR)
DATABASES["default"] |= dj_database_url.parse(
    os.environ.get("DATABASE_URL", _database_url), conn_max_age=60, conn_health_checks=True
)
REDIS_URL = CELERY_BROKER_URL = os.environ.get("REDIS_URL", _redis_url)


def _kept_key() -> bytes:
    """A key made at the first start and kept beside the data: sample people only, never for real ones."""
    path = STATE_DIR / "key"
    if path.exists():
        return path.read_bytes()
    key = Fernet.generate_key()
    try:
        STATE_DIR.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
            new.write(key)
    except FileExistsError:
        return path.read_bytes()
    except OSError:
        pass  # a read-only checkout still runs the commands that need no database
    return key


_key = _kept_key()
SECRET_KEY = os.environ.get("SECRET_KEY", hashlib.sha256(b"secret" + _key).hexdigest())
FIELD_KEYS = [_key.decode()]
DOCUMENT_KEYS = [f"demo:{_key.decode()}"]
ALLOWED_HOSTS = ["*"]
SECOND_FACTOR_REQUIRED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # passkeys on http://localhost
PORTAL_URL = f"http://localhost:{os.environ.get('PORT', '8000')}"
MEDIA_ROOT = STATE_DIR / "media"
STATIC_ROOT = STATE_DIR / "static"
DEMO_MAIL_DIR = STATE_DIR / "mail"
DEMO_CLOCK_FILE = STATE_DIR / "clock.json"
EMAIL_BACKEND = "asylum_portal.notices.mailbox.FolderBackend"
# So that reminders are seen to arrive at whatever hour somebody tries the demo.
QUIET_HOURS = None
