"""By what the lists of the API can be narrowed."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from procedure.models import Deadline, Filing, Procedure
from procedure.states import State, Track

_ISO_DAY = ["%Y-%m-%d"]


class ProcedureFilter(filters.FilterSet):
    case = filters.UUIDFilter(field_name="case_id", label="The id of a case.")
    state = filters.ChoiceFilter(choices=State.choices)
    track = filters.ChoiceFilter(choices=Track.choices)

    class Meta:
        model = Procedure
        fields = ("case", "state", "track")


class DeadlineFilter(filters.FilterSet):
    procedure = filters.UUIDFilter(field_name="procedure_id", label="The id of a procedure.")
    state = filters.ChoiceFilter(choices=Deadline.State.choices)
    rule = filters.CharFilter(field_name="rule_code", max_length=12, label="The code of a rule, as AA-VIEW.")
    owed_by = filters.CharFilter(
        method="owed_by_role", max_length=20, label="The role that owes it, as lawyer."
    )
    due_after = filters.DateFilter(
        field_name="effective_due_on",
        lookup_expr="gte",
        input_formats=_ISO_DAY,
        label="Last day on this day or later.",
    )
    due_before = filters.DateFilter(
        field_name="effective_due_on",
        lookup_expr="lte",
        input_formats=_ISO_DAY,
        label="Last day on this day or earlier.",
    )

    class Meta:
        model = Deadline
        fields = ("procedure", "state", "rule", "owed_by", "due_after", "due_before")

    def owed_by_role(self, queryset: QuerySet[Deadline], name: str, value: str) -> QuerySet[Deadline]:
        return queryset.filter(owed_by__contains=[value])


class FilingFilter(filters.FilterSet):
    procedure = filters.UUIDFilter(field_name="procedure_id", label="The id of a procedure.")
    kind = filters.ChoiceFilter(choices=Filing.Kind.choices)

    class Meta:
        model = Filing
        fields = ("procedure", "kind")
