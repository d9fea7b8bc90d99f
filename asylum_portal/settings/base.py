"""What every installation shares; demo.py, test.py and production.py say only what differs."""

import os
from datetime import timedelta
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF

from asylum_portal import languages

BASE_DIR = Path(__file__).resolve().parents[2]


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


DEBUG = False
ROOT_URLCONF = "asylum_portal.urls"
WSGI_APPLICATION = "asylum_portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "modeltranslation",  # before the admin, whose forms it changes
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "drf_spectacular",
    "knox",
    "rest_framework",
    "rules.apps.AutodiscoverRulesConfig",
    "asylum_portal.accounts",
    "asylum_portal.notices",
    "cases",
    "procedure",
    "django_fsm",  # after procedure, which draws the machine without Graphviz
    "reception",
    "asylum_portal.home",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "asylum_portal.middleware.ResponseHeadersMiddleware",
    "asylum_portal.middleware.OutageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "asylum_portal.accounts.middleware.SessionLimitsMiddleware",
    "asylum_portal.accounts.middleware.SecondFactorMiddleware",
    "asylum_portal.accounts.middleware.LanguagePreferenceMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "asylum_portal.context.portal",
                "asylum_portal.accounts.context.second_factor",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Data stores: truth in PostgreSQL, Redis only as Celery's doorbell.
DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or "postgres://localhost/portal",
        conn_max_age=60,
        conn_health_checks=True,
    )
}
DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = 3
# Rate limits live in the cache, so the cache lives in PostgreSQL and survives a Redis that forgot everything.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Celery
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_BEAT_SCHEDULE = {
    "sign of life": {"task": "asylum_portal.health.heartbeat", "schedule": 15.0},
    "send notices that are due": {"task": "asylum_portal.notices.tasks.send_due_notices", "schedule": 20.0},
    "find reminders of deadlines that are due": {
        "task": "procedure.tasks.remind_of_deadlines",
        "schedule": 20.0,
    },
    "close steps whose term has lapsed": {"task": "procedure.tasks.close_lapsed_steps", "schedule": 60.0},
    "find reminders of reporting that are due": {
        "task": "reception.tasks.remind_of_reporting",
        "schedule": 20.0,
    },
    "plan and settle reporting slots": {"task": "reception.tasks.keep_reporting_slots", "schedule": 300.0},
}

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "asylum_portal.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PRESERVE_USERNAME_CASING = True
# Keyed by the account, not by address: a whole centre sits behind one address.
ACCOUNT_RATE_LIMITS = {"login": "600/m/ip", "login_failed": "10/10m/key"}
MFA_ADAPTER = "asylum_portal.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_TOTP_ISSUER = "Portal"
MFA_TOTP_TOLERANCE = 1  # clocks of phones drift
SECOND_FACTOR_REQUIRED = True
SESSION_ABSOLUTE_HOURS = 12

# Languages: adding one touches asylum_portal/languages.py and its catalogue.
languages.register()
LANGUAGE_CODE = "nl"
LANGUAGES = languages.LANGUAGES
LANGUAGES_BIDI = languages.LANGUAGES_BIDI
MODELTRANSLATION_DEFAULT_LANGUAGE = "nl"
MODELTRANSLATION_LANGUAGES = languages.MODELTRANSLATION_LANGUAGES
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en", "nl")
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"

# Files
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "asylum_portal" / "static"]
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", BASE_DIR / ".portal" / "static"))
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", BASE_DIR / ".portal" / "media"))
UPLOAD_LIMIT_BYTES = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
# Keys outside the database, newest first: "id:base64 of 32 bytes".
# Old ones stay until everything is sealed anew.
DOCUMENT_KEYS = env_list("DOCUMENT_KEYS")
FIELD_KEYS = env_list("FIELD_KEYS")
CLAMD_ADDRESS = os.environ.get("CLAMD_ADDRESS", "")

# Mail
EMAIL_SUBJECT_PREFIX = ""
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "portal@portal.example")
PORTAL_URL = os.environ.get("PORTAL_URL", "http://localhost:8000")
QUIET_HOURS: tuple[str, str] | None = ("21:00", "07:30")
DEMO_MAIL_DIR: Path | None = None
DEMO_CLOCK_FILE: Path | None = None

# Headers
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
# Nothing leaves for other sites. Not "no-referrer": with it browsers send `Origin: null` with a form, and the
# CSRF check must refuse that.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "asylum_portal.errors.csrf_failure"

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "asylum_portal.accounts.tokens.TokenAuthentication",
        "asylum_portal.accounts.tokens.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["asylum_portal.endpoints.JSONBody", "asylum_portal.endpoints.FormBody"],
    "DEFAULT_PAGINATION_CLASS": "asylum_portal.endpoints.Pages",
    "DEFAULT_FILTER_BACKENDS": ["asylum_portal.endpoints.StrictFilters"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    # OPTIONS tells nothing that the schema does not.
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "asylum_portal.problems.problem_details",
}
# A token lives as long as a session at the most.
REST_KNOX = {"TOKEN_TTL": timedelta(hours=SESSION_ABSOLUTE_HOURS)}
SPECTACULAR_SETTINGS = {
    "TITLE": "Portal API",
    "DESCRIPTION": (
        "Cases, procedures, transitions, deadlines, documents with receipts and reporting slots. Everybody "
        "reads and does here what the pages let them read and do; every view of a file is recorded. Days are "
        "ISO 8601 dates in Amsterdam, moments carry their offset."
    ),
    "VERSION": "1.0.0",
    "LICENSE": {"name": "EUPL-1.2"},
    "SCHEMA_PATH_PREFIX": "/api/",
    "COMPONENT_SPLIT_REQUEST": True,
    "DEFAULT_GENERATOR_CLASS": "asylum_portal.schema.Generator",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "asylum_portal.schema.declare_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ProcedureState": "procedure.states.State",
        "Track": "procedure.states.Track",
        "DeadlineState": "procedure.models.Deadline.State",
        "DocumentStatus": "cases.models.Document.Status",
        "FilingKind": "procedure.models.Filing.Kind",
        "ReceptionState": "reception.models.Reception.State",
        "ReportingSlotState": "reception.models.ReportingSlot.State",
    },
}

# Who else listens when a procedure has changed, in this order; called inside the same database transaction.
PROCEDURE_TRANSITION_HOOKS: list[str] = [
    "reception.actions.follow_transition",
    "reception.steps.follow_transition",
]
# Machines of other rooms whose steps stand in the history of a procedure.
PROCEDURE_MACHINES_ELSEWHERE: list[str] = ["reception.models.Reception"]
# Relations with a case that other rooms know of: enough for a step of one's role, not for the file.
PROCEDURE_RELATIONS_ELSEWHERE: list[str] = ["reception.access.works_where_she_lives"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # It greets whoever imports it, also in front of the one line that a command prints.
    "loggers": {"pikepdf": {"level": "WARNING"}},
}
