"""What the taker of a step of reception hands in with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asylum_portal.accounts.models import Organisation
from procedure.given import Given
from reception.models import Centre


@dataclass(frozen=True)
class Wanted:
    """The inputs of one step; what a step does not ask stays empty."""

    # When it happened, for the steps from which hours count.
    moment: datetime | None = None
    centre: Centre | None = None
    weekday: int | None = None
    municipality: Organisation | None = None
    address: str = ""
    viewing_at: datetime | None = None
    child_ground: str = ""
    reason: str = ""
    # Ticks.
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_given(self) -> Given:
        """What the history keeps: codes and moments. Where somebody will live stands with her reception."""
        kept: dict[str, Any] = {
            "moment": self.moment,
            "centre": self.centre.code if self.centre else None,
            "weekday": self.weekday,
            "municipality": self.municipality.code if self.municipality else None,
            "viewing_at": self.viewing_at,
            "child_ground": self.child_ground or None,
        }
        return Given(reason=self.reason, facts=self.facts, arguments=kept)
