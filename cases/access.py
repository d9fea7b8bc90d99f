"""Who may open a file and what they may do in it: the relation decides, then the role."""

from datetime import date

import rules
from django.http import Http404

from asylum_portal import clock
from asylum_portal.accounts.models import Role
from cases.document_types import DOCUMENT_TYPES, may_see, may_upload
from cases.models import CHANNELS_OF, Case, Channel, Document


@rules.predicate
def is_related(user, case) -> bool:
    """Has a relation with this case today; False without a case, since has_perm also asks without one."""
    return case is not None and Case.objects.visible_to(user, on=clock.today()).filter(pk=case.pk).exists()


@rules.predicate
def may_read_content(user, document) -> bool:
    """May read the document itself, not only that it exists (auditor) or what it concludes (medical advice)."""
    return (
        document is not None
        and document.status == Document.Status.AVAILABLE
        and may_see(
            document.code,
            user.role,
            original=document.translation_of.code if document.translation_of else None,
        )
        and is_related(user, document.case)
    )


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
