"""Cases and documents as the API shows them: each role gets what its pages show, the rest is null."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from asylum_portal.accounts.models import PARTNER_ROLES, Role
from cases.document_types import DOCUMENT_TYPES, may_see, may_see_conclusion
from cases.models import Applicant, Case, Document, PersonName, SpecialNeed

# Flags and teams are notes of the service.
SERVICE_READERS = frozenset({Role.CASEWORKER, Role.PLANNER, Role.SUPERVISOR, Role.AUDITOR})
# A counsellor looks along by consent, a partner for its part: name and languages, not the person's papers.
WITHOUT_PERSONAL_FACTS = PARTNER_ROLES | {Role.COUNSELLOR}


class _OfReader:
    """What depends on who reads."""

    context: dict[str, Any]

    @property
    def role(self) -> str:
        return self.context["request"].user.role


class PersonNameSerializer(serializers.ModelSerializer):
    class Meta:
        model = PersonName
        fields = ("script", "name")


class PersonSummarySerializer(serializers.ModelSerializer):
    """The applicant in a list."""

    class Meta:
        model = Applicant
        fields = ("v_number", "name")


class PersonSerializer(_OfReader, serializers.ModelSerializer):
    """The applicant: names as they are really written, what is known of birth and nationality, languages."""

    names = PersonNameSerializer(many=True, read_only=True, help_text="The same name in other scripts.")
    birth_date = serializers.SerializerMethodField(
        help_text="As far as it is known: 1990, 1990-05 or 1990-05-17; empty when unknown."
    )
    nationality = serializers.SerializerMethodField(help_text="Three letters; empty when unknown.")
    stateless = serializers.SerializerMethodField()

    class Meta:
        model = Applicant
        fields = (
            "v_number",
            "name",
            "names",
            "birth_date",
            "nationality",
            "stateless",
            "reading_language",
            "interpreter_language",
        )

    def get_birth_date(self, person: Applicant) -> str | None:
        return self._if_open(person.birth_date_parts)

    def get_nationality(self, person: Applicant) -> str | None:
        return self._if_open(person.nationality)

    def get_stateless(self, person: Applicant) -> bool | None:
        return self._if_open(person.stateless)

    def _if_open(self, value: Any) -> Any:
        return None if self.role in WITHOUT_PERSONAL_FACTS else value


class CaseSummarySerializer(_OfReader, serializers.ModelSerializer):
    """A case in a list."""

    applicant = PersonSummarySerializer(read_only=True)
    unaccompanied_minor = serializers.SerializerMethodField(
        help_text="Null for partners such as the police or the court."
    )
    special_needs = serializers.SerializerMethodField(
        help_text="For the service and the auditor; null for others."
    )
    team = serializers.SerializerMethodField(help_text="For the service and the auditor; null for others.")

    class Meta:
        model = Case
        fields: tuple[str, ...] = (
            "id",
            "number",
            "opened_on",
            "applicant",
            "unaccompanied_minor",
            "special_needs",
            "team",
        )

    def get_unaccompanied_minor(self, case: Case) -> bool | None:
        return None if self.role in PARTNER_ROLES else case.unaccompanied_minor

    @extend_schema_field(
        serializers.ListField(child=serializers.ChoiceField(choices=SpecialNeed.choices), allow_null=True)
    )
    def get_special_needs(self, case: Case) -> list[str] | None:
        return list(case.special_needs) if self.role in SERVICE_READERS else None

    def get_team(self, case: Case) -> str | None:
        return case.team.name if case.team and self.role in SERVICE_READERS else None


class CaseSerializer(CaseSummarySerializer):
    """One case."""

    applicant = PersonSerializer(read_only=True)  # type: ignore[assignment]


class DocumentSerializer(_OfReader, serializers.ModelSerializer):
    """What is known of a document; its content is at /content/."""

    title = serializers.SerializerMethodField(help_text="The kind of document, in the reader's language.")
    name = serializers.SerializerMethodField(
        help_text="The file's own name; null for those who may not read the document itself."
    )
    status_title = serializers.CharField(source="get_status_display", read_only=True)
    readable = serializers.SerializerMethodField(help_text="Whether the reader can open the content now.")
    conclusion = serializers.SerializerMethodField(
        help_text="What it concludes, where the reader may know that; null otherwise."
    )
    sha256 = serializers.CharField(
        source="received_sha256", read_only=True, help_text="Of the bytes as they came in."
    )

    class Meta:
        model = Document
        fields = (
            "id",
            "case",
            "code",
            "title",
            "name",
            "media_type",
            "size",
            "sha256",
            "status",
            "status_title",
            "readable",
            "conclusion",
            "received_at",
            "translation_of",
            "replaces",
        )
        read_only_fields = fields

    def get_title(self, document: Document) -> str:
        return str(DOCUMENT_TYPES[document.code].title)

    def get_name(self, document: Document) -> str | None:
        return document.original_name if self._may_read(document) else None

    def get_readable(self, document: Document) -> bool:
        return document.status == Document.Status.AVAILABLE and self._may_read(document)

    def get_conclusion(self, document: Document) -> str | None:
        return document.conclusion if may_see_conclusion(document.code, self.role) else None

    def _may_read(self, document: Document) -> bool:
        original = document.translation_of
        return may_see(document.code, self.role, original=original.code if original else None)
