from django.urls import path

from asylum_portal.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("help/", views.who_helps, name="who-helps"),
]
