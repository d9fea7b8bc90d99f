"""Writing the legal history: one row for each step, and its entry in the audit trail."""

from datetime import date, datetime

from asylum_portal.accounts.models import User
from cases.audit import record
from procedure.given import Given
from procedure.machines import Subject
from procedure.models import Procedure, Transition


def write_history(
    subject: Subject, name: str, *, from_state: str, actor: User, on: date, at: datetime, given: Given
) -> Transition:
    """The row of a step that was just taken on a procedure or on a small machine beside it."""
    procedure = subject.procedure
    history = Transition.objects.create(
        procedure=procedure,
        machine=subject.machine,
        subject_id=None if isinstance(subject, Procedure) else subject.pk,
        name=name,
        from_state=from_state,
        to_state=subject.state,
        actor=actor,
        actor_role=actor.role,
        on=on,
        at=at,
        inputs=given.as_inputs(),
        reason=given.reason,
        package_name=procedure.package_id,
    )
    record(
        actor,
        f"procedure.{name}",
        at=at,
        case=procedure.case,
        target=subject,
        from_state=from_state,
        to_state=subject.state,
        on=on.isoformat(),
    )
    return history
