"""People for these tests, and a clock that they can move."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from asylum_portal.accounts.models import Role, User

NOW = datetime(2026, 4, 1, 10, 0, tzinfo=UTC)
PASSWORD = "seven blue bicycles"


@pytest.fixture(autouse=True)
def _own_pages(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.accounts.pages"


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Make somebody with a role; the password is PASSWORD."""

    def make(role: Role, username: str = "", **fields) -> User:
        username = username or ("2871234567" if role == Role.APPLICANT else f"{role}@work.example")
        return User.objects.create_user(
            username, PASSWORD, role=role, **{"display_name": "Somebody", "language": "en", **fields}
        )

    return make


@pytest.fixture
def applicant(person: Callable[..., User]) -> User:
    return person(Role.APPLICANT)


class WallClock:
    """Real time, which passes when the test says so."""

    def __init__(self) -> None:
        self.passed = 0.0
        self._time = time.time

    def __call__(self) -> float:
        return self._time() + self.passed

    def wait(self, *, minutes: float) -> None:
        self.passed += minutes * 60


@pytest.fixture
def wall_clock(monkeypatch: pytest.MonkeyPatch) -> WallClock:
    clock = WallClock()
    monkeypatch.setattr(time, "time", clock)
    return clock
