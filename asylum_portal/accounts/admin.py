"""Reference data and accounts for administrators; nothing of a case is here."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from asylum_portal import clock

from .actions import issue_activation_code
from .models import Organisation, Role, Team, User

# The portal's own sign-in, and so its second factor, instead of the admin's form.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class AdministratorsOnly:
    """Opens an admin page by role; there are no superusers and no permission tables here."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_staff

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_staff

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_staff

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_staff

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_staff


@admin.register(Organisation)
class OrganisationAdmin(AdministratorsOnly, TranslationAdmin):
    list_display = ("name", "kind", "city", "is_directory")
    list_filter = ("kind", "is_directory")
    search_fields = ("name", "code", "city")
    prepopulated_fields = {"code": ("name",)}


@admin.register(Team)
class TeamAdmin(AdministratorsOnly, admin.ModelAdmin):
    list_display = ("name", "organisation")
    list_filter = ("organisation",)
    search_fields = ("name",)


@admin.register(User)
class UserAdmin(AdministratorsOnly, admin.ModelAdmin):
    list_display = ("username", "display_name", "role", "organisation", "team", "is_active")
    list_filter = ("role", "is_active", "organisation")
    search_fields = ("username", "display_name")
    autocomplete_fields = ("organisation", "team")
    fields = (
        "username",
        "display_name",
        "role",
        "organisation",
        "team",
        "language",
        "email",
        "phone",
        "is_active",
    )
    actions = ("issue_cards",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).exclude(role=Role.SYSTEM)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        # What somebody did stays in the records: an account ends, it does not vanish.
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    @admin.action(description=_("Make a new card code (an older one stops working)"))
    def issue_cards(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse:
        now, by = clock.now(), request.user if isinstance(request.user, User) else None
        cards = [
            {"user": user, "code": issue_activation_code(user, by=by, now=now)}
            for user in queryset.filter(is_active=True)
        ]
        context = {**self.admin_site.each_context(request), "title": _("Card codes"), "cards": cards}
        response = TemplateResponse(request, "accounts/admin_cards.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response
