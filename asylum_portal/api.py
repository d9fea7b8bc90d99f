"""The addresses of the API."""

from django.urls import include, path
from rest_framework.routers import DefaultRouter

from asylum_portal.accounts.api import TokenViewSet
from asylum_portal.schema import SchemaView
from procedure.api import CaseViewSet, DeadlineViewSet, DocumentViewSet, FilingViewSet, ProcedureViewSet
from reception.api import ReceptionViewSet, ReportingSlotViewSet

app_name = "api"

router = DefaultRouter()
router.include_format_suffixes = False
router.register("cases", CaseViewSet, basename="case")
router.register("procedures", ProcedureViewSet, basename="procedure")
router.register("deadlines", DeadlineViewSet, basename="deadline")
router.register("documents", DocumentViewSet, basename="document")
router.register("filings", FilingViewSet, basename="filing")
router.register("receptions", ReceptionViewSet, basename="reception")
router.register("reporting-slots", ReportingSlotViewSet, basename="reporting-slot")

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path(
        "tokens/",
        TokenViewSet.as_view({"get": "list", "post": "create", "delete": "destroy_all"}),
        name="token-list",
    ),
    path("tokens/<slug:id>/", TokenViewSet.as_view({"delete": "destroy"}), name="token-detail"),
    path("", include(router.urls)),
]
