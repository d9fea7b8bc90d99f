"""Why a date is what it is, as the API says it."""

from rest_framework import serializers

from procedure.models import Deadline


class WhyEventSerializer(serializers.Serializer):
    """What began the term."""

    title = serializers.CharField()
    on = serializers.DateField()
    at = serializers.DateTimeField(allow_null=True, help_text="Only where the term runs to the minute.")


class WhyStepSerializer(serializers.Serializer):
    """One line of the counting."""

    on = serializers.DateField()
    text = serializers.CharField()


class WhySkippedSerializer(serializers.Serializer):
    """A day that was passed over, by name."""

    on = serializers.DateField()
    name = serializers.CharField()


class WhyPauseSerializer(serializers.Serializer):
    """Time that stood still, both days included."""

    ground = serializers.CharField()
    first_on = serializers.DateField()
    last_on = serializers.DateField(allow_null=True, help_text="Null while nobody knows it.")
    days = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class WhyExtensionSerializer(serializers.Serializer):
    """More time that was given."""

    title = serializers.CharField()
    ground = serializers.CharField()
    until_on = serializers.DateField(allow_null=True)
    proof_on_file = serializers.BooleanField()
    on = serializers.DateField()
    by = serializers.CharField(help_text="A name and a role; for the applicant's side the role alone.")


class WhyLetterSerializer(serializers.Serializer):
    """The date of the official letter, which goes before the computed one."""

    says_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(help_text="Later than the letter says, if time has stood still since.")
    reason = serializers.CharField(allow_blank=True)


class DateChangeSerializer(serializers.Serializer):
    """A row of the ledger."""

    at = serializers.DateTimeField()
    from_on = serializers.DateField(allow_null=True, help_text="Null: the time stood still.")
    to_on = serializers.DateField(allow_null=True, help_text="Null: the time stands still.")
    cause = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    by = serializers.CharField(help_text="A name and a role; for the applicant's side the role alone.")


class WhySerializer(serializers.Serializer):
    """Everything that made a date what it is, in the language of the request."""

    id = serializers.UUIDField()
    rule = serializers.CharField()
    title = serializers.CharField()
    package = serializers.CharField()
    state = serializers.ChoiceField(choices=Deadline.State.choices)
    due_on = serializers.DateField(allow_null=True, help_text="Null while the time stands still.")
    stands_still_since = serializers.DateField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    result = serializers.CharField()
    event = WhyEventSerializer()
    counts_from = serializers.DateField()
    length = serializers.CharField()
    counting = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    confidence = serializers.CharField()
    certainty = serializers.CharField()
    check_the_letter = serializers.BooleanField()
    computed_due_on = serializers.DateField(
        allow_null=True, help_text="Null where the law names no length and the letter gives the date."
    )
    days_counted = serializers.IntegerField(allow_null=True)
    steps = WhyStepSerializer(many=True)
    skipped = WhySkippedSerializer(many=True)
    received_by_post_until = serializers.DateField(allow_null=True)
    pauses = WhyPauseSerializer(many=True)
    extension = WhyExtensionSerializer(allow_null=True)
    letter = WhyLetterSerializer(allow_null=True)
    changes = DateChangeSerializer(many=True)
