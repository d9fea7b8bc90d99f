"""Who works at the desk of a centre, and who may settle a weekly report there."""

import rules

from asylum_portal import clock
from asylum_portal.accounts.models import Role
from reception.models import ReportingSlot


@rules.predicate
def works_at_a_desk(user) -> bool:
    """Reception staff, wherever posted; which people they see follows from the posting."""
    return user.is_active and user.role == Role.RECEPTION


@rules.predicate
def works_where_it_is_due(user, slot) -> bool:
    """Posted today at the centre of this slot; False without a slot, since has_perm also asks without one."""
    return (
        slot is not None
        and ReportingSlot.objects.visible_to(user, on=clock.today()).filter(pk=slot.pk).exists()
    )


rules.add_perm("reception.work_at_desk", works_at_a_desk)
rules.add_perm("reception.settle_slot", works_at_a_desk & works_where_it_is_due)


def may_work_at_desk(user) -> bool:
    return user.has_perm("reception.work_at_desk")


def may_settle(user, slot: ReportingSlot) -> bool:
    """May this person mark this report as seen or excused?"""
    return user.has_perm("reception.settle_slot", slot)
