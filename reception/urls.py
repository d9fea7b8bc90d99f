from django.urls import path

from reception import views

app_name = "reception"
urlpatterns = [
    path("desk/", views.desk, name="desk"),
    path("desk/seen/", views.report_ticked, name="report-ticked"),
    path("desk/<uuid:slot_id>/seen/", views.report_slot, name="report"),
    path("desk/<uuid:slot_id>/excuse/", views.excuse_slot, name="excuse"),
]
