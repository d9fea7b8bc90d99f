from django.urls import path

from cases import views

app_name = "cases"
urlpatterns = [
    path("cases/<uuid:pk>/documents/", views.documents, name="documents"),
    path("cases/<uuid:pk>/messages/", views.messages_of_case, name="messages"),
    path("cases/<uuid:pk>/seen-by/", views.seen_by, name="seen-by"),
    path("documents/<uuid:pk>/", views.document, name="document"),
]
