"""What the taker of a step hands in with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Model

from asylum_portal.accounts.models import User
from cases.file_types import ProvenFile


@dataclass(frozen=True)
class Letter:
    """A date that an official letter gives, and why it differs from the computed one."""

    due_on: date
    reason: str = ""

    def as_inputs(self) -> dict[str, str]:
        return {"letter_due_on": self.due_on.isoformat(), "letter_reason": self.reason}


@dataclass(frozen=True)
class Meeting:
    """Where and when somebody is asked to come."""

    starts_at: datetime
    place: str
    interpreter_language: str = ""


@dataclass(frozen=True)
class Given:
    """The inputs of one step: `arguments` go to the step, `facts` (ticks and codes) into the history."""

    document: ProvenFile | None = None
    letter: Letter | None = None
    appointment: Meeting | None = None
    lawyer: User | None = None
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def as_inputs(self) -> dict[str, Any]:
        """What the history keeps of it."""
        arguments = {key: _plain(value) for key, value in self.arguments.items() if value is not None}
        facts = {key: _plain(value) for key, value in self.facts.items()}
        return facts | arguments | (self.letter.as_inputs() if self.letter else {})


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value.pk) if isinstance(value, Model) else value
