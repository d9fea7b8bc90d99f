from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from asylum_portal.accounts.models import Role, User

# Summer time; in Amsterdam it is 14:00.
NOW = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)

# Each stands in the account alone; wherever else it turns up, somebody has been named.
NAME_TOKENS = ("Selamawit", "ሰላማዊት", "V999000111")


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def make_reader() -> Callable[..., User]:
    """Accounts whose names must never turn up in a mail."""
    numbers = count(1)

    def make(*, role: str = Role.APPLICANT, language: str = "nl", **fields: Any) -> User:
        number = next(numbers)
        fields.setdefault("email", f"reader{number}@post.example")
        return User.objects.create_user(
            f"{NAME_TOKENS[2]}{number}",
            role=role,
            language=language,
            display_name=f"{NAME_TOKENS[0]} {NAME_TOKENS[1]}",
            **fields,
        )

    return make
