"""Text that the database sees only encrypted."""

from django.db import models

from asylum_portal.accounts.crypto import open_text, seal_text


class SealedTextField(models.TextField):
    """Free text at rest under FIELD_KEYS: stories, messages, file names. It cannot be searched or sorted."""

    def get_prep_value(self, value: str | None) -> str | None:
        value = super().get_prep_value(value)
        return seal_text(value) if value else value

    def from_db_value(self, value: str | None, expression, connection) -> str | None:
        return open_text(value) if value else value
