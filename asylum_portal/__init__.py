"""The portal's wiring; the Celery app is named here so that every task finds it."""

from asylum_portal.celery import app as celery_app

__all__ = ["celery_app"]
