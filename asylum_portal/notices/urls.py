from django.urls import path

from . import views

app_name = "notices"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("<uuid:notice_id>/", views.open_notice, name="open"),
]
