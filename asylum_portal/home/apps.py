from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "asylum_portal.home"
