from django.urls import path

from procedure.views import case, days, step, worklist

app_name = "procedure"
urlpatterns = [
    path("work/", worklist.worklist, name="worklist"),
    path("cases/<uuid:pk>/", case.case, name="case"),
    path("procedures/<uuid:pk>/days/", days.plan, name="days"),
    path("procedures/<uuid:pk>/<slug:name>/", step.step, name="step"),
]
