"""The audit trail: every action and every view of a file is one row."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection

from asylum_portal.accounts.models import Role
from cases.models import AuditEntry, Case

# A partner opens a file for its part of the work alone: that is the purpose of each of its rows.
PURPOSE_OF_PART: dict[str, str] = {
    Role.BORDER_POLICE: "border",
    Role.POLICE: "supervision",
    Role.RETURN_OFFICER: "return",
    Role.COURT: "appeal",
    Role.DESK: "permit",
    Role.LEGAL_AID: "legal aid",
    Role.MIGRATION_ADVISER: "voluntary return",
    Role.MUNICIPALITY: "housing",
}


def record(
    actor,
    action: str,
    *,
    at: datetime,
    case: Case | None = None,
    target: Any = None,
    purpose: str = "",
    **data: Any,
) -> AuditEntry:
    """Append one row; `data` holds codes and ids only, never a story or a name."""
    role = actor.role if actor is not None else ""
    organisation = actor.organisation if actor is not None else None
    return AuditEntry.objects.create(
        at=at,
        actor=actor,
        role=role,
        organisation=organisation.name if organisation else "",
        action=action,
        case=case,
        target=f"{target._meta.model_name}:{target.pk}" if target is not None else "",
        purpose=purpose or PURPOSE_OF_PART.get(role, ""),
        data=data,
    )


def broken_links() -> Iterator[int]:
    """Ids of rows that were changed, or whose predecessor is not the one they were chained to."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id FROM (
                SELECT id, hash, previous_hash, cases_audit_digest(entry) AS digest,
                       lag(hash, 1, '') OVER (PARTITION BY chain ORDER BY sequence) AS before,
                       sequence, row_number() OVER (PARTITION BY chain ORDER BY sequence) AS place
                FROM cases_auditentry AS entry
            ) AS links
            WHERE hash <> digest OR previous_hash <> before OR sequence <> place
            ORDER BY id
            """
        )
        yield from (row[0] for row in cursor.fetchall())
