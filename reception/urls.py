from django.urls import path

from reception.views import people, reports

app_name = "reception"
urlpatterns = [
    path("desk/", reports.desk, name="desk"),
    path("desk/seen/", reports.report_ticked, name="report-ticked"),
    path("desk/people/", people.people, name="people"),
    path("desk/people/refer/", people.refer, name="refer"),
    path("desk/people/<uuid:pk>/", people.person, name="person"),
    path("desk/people/<uuid:pk>/report-again/", people.report_again, name="report-again"),
    path("desk/people/<uuid:pk>/gone/", people.gone, name="gone"),
    path("desk/people/<uuid:pk>/<slug:name>/", people.step, name="step"),
    path("desk/<uuid:slot_id>/seen/", reports.report_slot, name="report"),
    path("desk/<uuid:slot_id>/excuse/", reports.excuse_slot, name="excuse"),
    path("desk/<uuid:slot_id>/exempt/", reports.exempt_slot, name="exempt"),
]
