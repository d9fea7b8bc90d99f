"""Where everything answers: pages below a language, the API, the health check, the demo's extras."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from asylum_portal import errors, health
from asylum_portal.home import demo_views
from asylum_portal.home import views as home_views
from asylum_portal.notices import views as notices_views

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("", home_views.choose_language, name="choose-language"),
    path("api/", include("asylum_portal.api")),
]
if settings.DEMO_MAIL_DIR:
    urlpatterns.append(path("demo/mail/", notices_views.demo_mail, name="demo-mail"))
if settings.DEMO_CLOCK_FILE:
    urlpatterns.append(path("demo/clock/", demo_views.move_clock, name="demo-clock"))

urlpatterns += i18n_patterns(
    path("", include("asylum_portal.home.urls")),
    path("", include("asylum_portal.accounts.urls")),
    path("notices/", include("asylum_portal.notices.urls")),
    path("", include("cases.urls")),
    path("", include("procedure.urls")),
    path("", include("reception.urls")),
    path("admin/", admin.site.urls),
)

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
