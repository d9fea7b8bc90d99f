from django.contrib import admin
from django.http import HttpRequest

from .models import Notice


@admin.register(Notice)
class NoticeAdmin(admin.ModelAdmin):
    """The state of the post, to read: what waits, what fails, what may have arrived twice."""

    list_display = (
        "kind",
        "channel",
        "language",
        "due_at",
        "sent_at",
        "attempts",
        "last_error",
        "perhaps_twice",
    )
    list_filter = ("channel", "perhaps_twice", "kind", "suppressed_reason")
    # Neither receiver nor what it is about: who runs the portal need not know who is told what.
    fields = (
        "kind", "channel", "language", "created_at", "due_at", "sent_at", "suppressed_at",
        "suppressed_reason", "attempts", "next_attempt_at", "last_error", "perhaps_twice", "message_id",
    )  # fmt: skip
    date_hierarchy = "due_at"

    def has_view_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        return request.user.is_staff

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_staff

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        return False
