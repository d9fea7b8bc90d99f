"""What a preview looks like over the API."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


class StandsSerializer(serializers.Serializer):
    """A time limit as it would stand."""

    code = serializers.CharField()
    title = serializers.SerializerMethodField()
    due_on = serializers.DateField()
    due_at = serializers.DateTimeField()
    state = serializers.CharField()
    check_the_letter = serializers.BooleanField()
    letter = serializers.BooleanField(help_text="The date is that of the letter.")
    only_for = serializers.ListField(
        child=serializers.CharField(), help_text="The choices with which it opens; empty when with each."
    )

    def get_title(self, stands: Any) -> str:
        return _(stands.title)


class MovedSerializer(serializers.Serializer):
    """A time limit whose last day would be another, or that would stand still."""

    before = StandsSerializer()
    after = StandsSerializer()
    stands_still = serializers.BooleanField()


class WentSerializer(serializers.Serializer):
    """A machine that would go from one state to another; from nothing when it begins."""

    machine = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    # DRF has an attribute of this name, which a declared field replaces.
    label = serializers.CharField()  # type: ignore[assignment]


class ToldSerializer(serializers.Serializer):
    """Who would receive which notice, in which language."""

    name = serializers.CharField()
    role = serializers.CharField()
    kind = serializers.CharField()
    language = serializers.CharField()


class AccessChangeSerializer(serializers.Serializer):
    """Whose access to the file would begin or end."""

    who = serializers.CharField()
    role = serializers.CharField()
    on = serializers.DateField()


class FiledSerializer(serializers.Serializer):
    """A document that would be put on file, and who may read it."""

    code = serializers.CharField()
    title = serializers.CharField()
    readers = serializers.ListField(child=serializers.CharField())


class ConsequencesSerializer(serializers.Serializer):
    """Everything that a step would set in motion."""

    went = WentSerializer(many=True)
    opens = StandsSerializer(many=True)
    ends = StandsSerializer(many=True)
    moves = MovedSerializer(many=True)
    days = serializers.SerializerMethodField()
    meetings = serializers.SerializerMethodField()
    told = ToldSerializer(many=True)
    access_begins = AccessChangeSerializer(many=True)
    access_ends = AccessChangeSerializer(many=True)
    filed = FiledSerializer(many=True)

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_days(self, consequences: Any) -> list[dict[str, Any]]:
        return [{"number": day.number, "on": day.on} for day in consequences.days]

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_meetings(self, consequences: Any) -> list[dict[str, Any]]:
        return [{"kind": kind, "starts_at": starts_at} for kind, starts_at in consequences.meetings]


class ForeseenSerializer(serializers.Serializer):
    """The preview of a step."""

    consequences = ConsequencesSerializer()
    lacking = serializers.ListField(
        child=serializers.CharField(), help_text="The fields without which more cannot be said."
    )
    forbidden = serializers.ListField(child=serializers.CharField())
    wrong = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
