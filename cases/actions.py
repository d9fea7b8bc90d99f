"""Everything that changes a file, one function a use case: check, change, record."""

import uuid
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from asylum_portal.accounts.actions import issue_activation_code, open_applicant_account
from asylum_portal.accounts.models import Organisation, Team, User
from asylum_portal.notices.actions import queue
from cases import vault
from cases.access import account_is_unopened, channels_of, may_make_card, may_read, relation_holds
from cases.audit import record
from cases.document_types import may_upload
from cases.file_types import ProvenFile
from cases.models import (
    Applicant,
    Assignment,
    Case,
    Channel,
    CounsellorConsent,
    Document,
    Guardianship,
    Involvement,
    Mandate,
    Message,
    PersonName,
)
from cases.newcomers import Newcomer


class NumberKnown(ValidationError):
    """Somebody has this V-number already; the same sentence for everybody, and no word of whose it is."""

    def __init__(self) -> None:
        super().__init__(
            {
                "v_number": _(
                    "This V-number is known here already. Look at the number again. "
                    "If it is right, ask the immigration service (IND)."
                )
            }
        )


class AccountInUse(Exception):
    """The person has chosen a password of her own: a new card would open her account to its holder."""


@transaction.atomic
def open_case(
    applicant: Applicant, *, actor: User, on: date, at: datetime, number: str | None = None, **facts: Any
) -> Case:
    """Open the file of an applicant."""
    case = Case.objects.create(
        applicant=applicant,
        number=number or f"{on.year}-{uuid.uuid4().int % 10**8:08}",
        opened_on=on,
        **facts,
    )
    record(actor, "case.open", at=at, case=case, target=case)
    return case


@transaction.atomic
def open_file(
    newcomer: Newcomer,
    *,
    actor: User,
    on: date,
    at: datetime,
    team: Team | None = None,
    unaccompanied_minor: bool = False,
    special_needs: list[str] | None = None,
) -> Case:
    """Register somebody who is new here, with her account and her case; raises NumberKnown."""
    applicant = _register(newcomer)
    case = open_case(
        applicant,
        actor=actor,
        on=on,
        at=at,
        team=team,
        unaccompanied_minor=unaccompanied_minor,
        special_needs=special_needs or [],
    )
    record(actor, "applicant.register", at=at, case=case, target=applicant)
    record(actor, "account.open", at=at, case=case, target=applicant.user)
    return case


def _register(newcomer: Newcomer) -> Applicant:
    if _is_known(newcomer.v_number):
        raise NumberKnown
    year, month, day = (*newcomer.birth, None, None, None)[:3]
    try:
        with transaction.atomic():
            user = open_applicant_account(
                newcomer.v_number, name=newcomer.name, language=newcomer.reading_language
            )
            applicant = Applicant.objects.create(
                v_number=newcomer.v_number,
                user=user,
                name=newcomer.name,
                birth_year=year,
                birth_month=month,
                birth_day=day,
                nationality=newcomer.nationality,
                stateless=newcomer.stateless,
                reading_language=newcomer.reading_language,
                interpreter_language=newcomer.interpreter_language,
            )
    except IntegrityError:
        # Of two who register the same number at the same moment one waits for the other and comes here.
        if _is_known(newcomer.v_number):
            raise NumberKnown from None
        raise
    if newcomer.own_name:
        PersonName.objects.create(applicant=applicant, script=newcomer.script, name=newcomer.own_name)
    return applicant


def _is_known(v_number: str) -> bool:
    return (
        Applicant.objects.with_number(v_number).exists()
        or User.objects.filter(username__iexact=v_number).exists()
    )


@transaction.atomic
def make_card(case: Case, *, actor: User, at: datetime) -> str:
    """Make the code for the applicant's card and return it as printed; it is kept nowhere.

    Raises PermissionDenied, or AccountInUse once she has been in.
    """
    if not may_make_card(actor, case, on=timezone.localdate(at)):
        raise PermissionDenied
    if not account_is_unopened(case):
        raise AccountInUse
    user = case.applicant.user
    assert user is not None
    code = issue_activation_code(user, by=actor, now=at)
    record(actor, "card.make", at=at, case=case, target=user)
    return code


@transaction.atomic
def file_document(
    case: Case,
    *,
    code: str,
    content: ProvenFile,
    actor: User,
    at: datetime,
    conclusion: str = "",
    translation_of: Document | None = None,
    part_of_step: bool = False,
) -> Document:
    """Seal and file a document that has been proven to be what it says; raises PermissionDenied.

    A document that belongs to a step (`part_of_step`) may be filed by whoever may take the step.
    """
    on = timezone.localdate(at)
    has_lawyer = case.current_mandate(on=on) is not None
    if not part_of_step and not (
        may_upload(code, actor.role, has_lawyer=has_lawyer) and relation_holds(actor, case, on=on)
    ):
        raise PermissionDenied
    if translation_of is not None:
        # Who reads a translation follows from what was translated, so the link leads there at once.
        translation_of = translation_of.translation_of or translation_of
        if translation_of.case_id != case.pk:
            raise PermissionDenied
    document_id = uuid.uuid4()
    path = vault.store(document_id, content.content)
    document = Document.objects.create(
        id=document_id,
        case=case,
        code=code,
        original_name=content.name,
        media_type=content.media_type,
        extension=content.extension,
        size=content.size,
        received_sha256=content.received_sha256,
        stored_sha256=content.stored_sha256,
        stored_path=str(path),
        status=Document.Status.QUARANTINED if content.quarantined else Document.Status.AVAILABLE,
        uploaded_by=actor,
        received_at=at,
        conclusion=conclusion,
        translation_of=translation_of,
    )
    record(
        actor, "document.file", at=at, case=case, target=document, code=code, sha256=document.received_sha256
    )
    return document


def read_document(document: Document, *, actor: User, at: datetime) -> Iterator[bytes]:
    """The content of a document, after the view has been recorded; raises PermissionDenied."""
    if not may_read(actor, document, on=timezone.localdate(at)):
        raise PermissionDenied
    record(actor, "document.read", at=at, case=document.case, target=document, code=document.code)
    return vault.open_stored(document.stored_path, document.id)


@transaction.atomic
def send_message(case: Case, *, channel: str, body: str, actor: User, at: datetime) -> Message:
    """Write to the others of a channel; they are told that there is something to read, never what."""
    if channel not in channels_of(actor) or not relation_holds(actor, case, on=timezone.localdate(at)):
        raise PermissionDenied
    message = Message.objects.create(case=case, channel=channel, sender=actor, body=body, sent_at=at)
    record(actor, "message.send", at=at, case=case, target=message, channel=channel)
    for reader in _readers(case, channel, on=timezone.localdate(at)):
        if reader != actor:
            queue(
                recipient=reader,
                kind="message_received",
                key=f"message:{message.id}:{reader.pk}",
                context={"path": reverse("cases:messages", args=[case.pk])},
                about=f"case:{case.pk}",
                due_at=at,
                now=at,
            )
    return message


def _readers(case: Case, channel: str, *, on: date) -> list[User]:
    readers = people_of_applicant(case, on=on)
    if channel == Channel.SERVICE:
        readers += case.current_workers(on=on)
    return readers


def people_of_applicant(case: Case, *, on: date) -> list[User]:
    """The applicant, her guardian and her lawyer on this day: those who are told what happens."""
    mandate = case.current_mandate(on=on)
    people = [case.applicant.user, case.current_guardian(on=on), mandate.holder if mandate else None]
    return [person for person in people if person is not None and person.is_active]


@transaction.atomic
def give_mandate(
    case: Case, *, lawyer: User, starts_on: date, actor: User, at: datetime, reason: str = ""
) -> Mandate:
    """Give a lawyer the right to act; the mandate of another one ends at the end of that day."""
    for former in case.mandates.current(on=starts_on).exclude(holder=lawyer).select_for_update():
        former.ends_on = max(starts_on, former.starts_on)
        former.save(update_fields=["ends_on"])
        record(actor, "mandate.end", at=at, case=case, target=former, ends_on=former.ends_on.isoformat())
    mandate, created = Mandate.objects.get_or_create(
        case=case, holder=lawyer, ends_on=None, defaults={"starts_on": starts_on, "reason": reason}
    )
    if created:
        record(actor, "mandate.give", at=at, case=case, target=mandate)
    return mandate


@transaction.atomic
def assign(
    case: Case, *, worker: User, duty: str, starts_on: date, actor: User | None, at: datetime
) -> Assignment:
    """Put a worker on a case."""
    assignment, created = Assignment.objects.get_or_create(
        case=case, holder=worker, duty=duty, ends_on=None, defaults={"starts_on": starts_on}
    )
    if created:
        record(actor, "assignment.give", at=at, case=case, target=assignment, duty=duty)
    return assignment


@transaction.atomic
def appoint_guardian(
    case: Case, *, guardian: User, starts_on: date, ends_on: date | None, actor: User, at: datetime
) -> Guardianship:
    """Record the guardian of an unaccompanied child, until the day before she turns eighteen."""
    guardianship = Guardianship.objects.create(
        case=case, holder=guardian, starts_on=starts_on, ends_on=ends_on
    )
    record(actor, "guardianship.give", at=at, case=case, target=guardianship)
    return guardianship


@transaction.atomic
def give_consent(
    case: Case, *, counsellor: User, starts_on: date, actor: User, at: datetime
) -> CounsellorConsent:
    """The applicant lets a counsellor look along."""
    consent = CounsellorConsent.objects.create(case=case, holder=counsellor, starts_on=starts_on)
    record(actor, "consent.give", at=at, case=case, target=consent)
    return consent


@transaction.atomic
def involve(
    case: Case,
    *,
    role: str,
    starts_on: date,
    actor: User,
    at: datetime,
    organisation: Organisation | None = None,
    reason: str = "",
) -> Involvement:
    """Open a case to a partner from this day on; one that is open already stays, begun on the earlier day.

    Without an organisation the case opens to all offices of the role; another office's part ends that day.
    """
    Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    current = case.involvements.filter(role=role, ends_on=None).first()
    if current is not None and current.organisation_id != (organisation.pk if organisation else None):
        end_involvement(case, role=role, on=starts_on, actor=actor, at=at)
        current = None
    if current is None:
        current = Involvement.objects.create(
            case=case, role=role, starts_on=starts_on, organisation=organisation, reason=reason
        )
    elif starts_on < current.starts_on:
        current.starts_on = starts_on
        current.save(update_fields=["starts_on"])
    else:
        return current
    record(
        actor, "access.begin", at=at, case=case, target=current, role=role, starts_on=starts_on.isoformat()
    )
    return current


@transaction.atomic
def end_involvement(case: Case, *, role: str, on: date, actor: User, at: datetime) -> Involvement | None:
    """Close a case to a partner at the end of this day, as with a mandate; None where it was not open."""
    current = case.involvements.filter(role=role, ends_on=None).select_for_update().first()
    if current is None:
        return None
    current.ends_on = max(on, current.starts_on)
    current.save(update_fields=["ends_on"])
    record(
        actor, "access.end", at=at, case=case, target=current, role=role, ends_on=current.ends_on.isoformat()
    )
    return current
