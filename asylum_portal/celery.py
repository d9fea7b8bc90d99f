"""The Celery app: tasks find work that is due in PostgreSQL, so a lost or repeated message harms nothing."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "asylum_portal.settings.demo")

app = Celery("asylum_portal", include=["asylum_portal.health"])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    result_serializer="json",
    timezone="UTC",
    # A task of a killed worker comes back: at once when its process died, after the visibility timeout
    # when the whole worker did. Tasks are therefore short and may run twice.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_time_limit=300,
    task_soft_time_limit=240,
    broker_transport_options={
        "visibility_timeout": 600,
        "socket_timeout": 3,  # also what a page waits for a broker that hangs
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
    },
    broker_connection_retry=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # A page that rings the bell does not wait for a broker that is away: the next sweep finds the row.
    task_publish_retry=False,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    beat_max_loop_interval=15,
)
app.autodiscover_tasks()
