"""The cast of the procedure's tests, and the clock they stand by."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.cast import Cast, at, make_cast


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set the portal's clock to a day of the case, noon unless told."""

    def set_clock(day: date, hour: int = 12) -> None:
        monkeypatch.setattr("asylum_portal.clock.now", lambda: at(day, hour))

    return set_clock
