"""Who may open a file and what they may do in it: the relation decides, then the role."""

from datetime import date

import rules
from django.http import Http404

from asylum_portal import clock
from asylum_portal.accounts.models import Role
from cases.document_types import DOCUMENT_TYPES, may_see, may_upload
from cases.models import CHANNELS_OF, Case, Channel, Document


def relation_holds(user, case: Case, *, on: date) -> bool:
    """Has this person a relation with this case on this day?"""
    return Case.objects.visible_to(user, on=on).filter(pk=case.pk).exists()


def may_read(user, document: Document, *, on: date) -> bool:
    """May read the document itself: more than that it exists (auditor) or what it concludes (medical)."""
    original = document.translation_of
    return (
        document.status == Document.Status.AVAILABLE
        and may_see(document.code, user.role, original=original.code if original else None)
        and relation_holds(user, document.case, on=on)
    )


# Django asks for a permission also without an object, and never says on which day: without the one there is
# no right, and the other is today.
@rules.predicate
def is_related(user, case) -> bool:
    return case is not None and relation_holds(user, case, on=clock.today())


@rules.predicate
def may_read_content(user, document) -> bool:
    return document is not None and may_read(user, document, on=clock.today())


rules.add_perm("cases.view_case", is_related)
rules.add_perm("cases.read_document", may_read_content)


# Who opens a case to a partner, or closes it again. A caseworker sees no case but those she is assigned to.
_GIVES_PARTS = frozenset({Role.CASEWORKER, Role.SUPERVISOR})
# Whoever holds the code of a card can read the file as the applicant herself, so no partner makes one.
_MAKES_CARDS = frozenset({Role.CASEWORKER, Role.SUPERVISOR})


def may_change_parts(user, case: Case, *, on: date) -> bool:
    """May this person open the case to partners and close it to them?"""
    return user.role in _GIVES_PARTS and relation_holds(user, case, on=on)


def may_make_card(user, case: Case, *, on: date) -> bool:
    """May this person make the card with which the applicant comes in for the first time?"""
    return user.role in _MAKES_CARDS and relation_holds(user, case, on=on)


def account_is_unopened(case: Case) -> bool:
    """Has the applicant an account in which she has never been?

    A later card is not for those who work on the case: who holds it takes the account over, and reads what
    she and her lawyer write to each other.
    """
    user = case.applicant.user
    return user is not None and user.is_active and not user.has_usable_password()


def uploadable_codes(user) -> list[str]:
    """The document types that this role files, in the order of the table."""
    return [code for code in DOCUMENT_TYPES if may_upload(code, user.role)]


def channels_of(user) -> set[Channel]:
    return CHANNELS_OF.get(Role(user.role), set())


def visible_case_or_404(user, pk, *, on: date) -> Case:
    """The case, or the same 404 for one that is not theirs and one that does not exist."""
    case = Case.objects.visible_to(user, on=on).select_related("applicant", "team").filter(pk=pk).first()
    if case is None:
        raise Http404
    return case
