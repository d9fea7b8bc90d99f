"""Telling a worker that there is something to send: at once if the broker answers, never in the way."""

import logging
import time
from uuid import UUID

from celery import current_app
from kombu.exceptions import LimitExceeded, OperationalError
from kombu.pools import producers

logger = logging.getLogger(__name__)

# A broker that is away is not asked again for so long; the sweep sends what is due all the same.
PAUSE_SECONDS = 15
_silent_until = 0.0


def ring(notice_id: UUID) -> None:
    """Ask a worker to send a notice now; without a broker the next sweep finds the row and nobody waits."""
    from .tasks import send_notice  # tasks call actions, which ring

    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        with producers[_connection()].acquire(block=True, timeout=1) as producer:
            send_notice.apply_async((str(notice_id),), producer=producer, retry=False)
    except (OperationalError, LimitExceeded, OSError) as error:
        _silent_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("the broker does not answer (%s): notices wait for the sweep", type(error).__name__)


def _connection() -> object:
    # Left to itself kombu tries for six seconds, for each message, while a person waits for the page.
    return current_app.connection_for_write(transport_options={"max_retries": 0})
