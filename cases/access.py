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
