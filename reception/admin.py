"""Centres and who works there: reference data. Stays and weekly reports are kept at the desk."""

from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey
from django.http import HttpRequest
from modeltranslation.admin import TranslationAdmin

from asylum_portal.accounts.admin import AdministratorsOnly
from asylum_portal.accounts.models import Role, User
from reception.models import Centre, Posting


@admin.register(Centre)
class CentreAdmin(AdministratorsOnly, TranslationAdmin):
    list_display = ("name", "address", "phone")
    search_fields = ("name", "code", "address")
    prepopulated_fields = {"code": ("name",)}


@admin.register(Posting)
class PostingAdmin(AdministratorsOnly, admin.ModelAdmin):
    list_display = ("worker", "centre", "starts_on", "ends_on")
    list_filter = ("centre",)
    list_select_related = ("worker", "centre")
    search_fields = ("worker__username", "worker__display_name", "centre__name")

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "worker":
            options["queryset"] = User.objects.filter(role=Role.RECEPTION, is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **options)
