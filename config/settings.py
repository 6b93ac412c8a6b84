"""Django's settings, composed from the environment."""

from typing import Any

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from config.env import ROOT, EnvError, read_environment

try:
    ENVIRONMENT = read_environment()
except EnvError as error:
    raise ImproperlyConfigured(str(error)) from error

# Django's generic classes take their type at run time too: ModelAdmin[Formula].
django_stubs_ext.monkeypatch()

# Who we are

BASE_DIR = ROOT
SECRET_KEY = ENVIRONMENT.secret_key
DEBUG = ENVIRONMENT.debug
DEMO = ENVIRONMENT.demo
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.csrf_trusted_origins
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "daphne",
    "channels",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "formulas",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Where things are kept. Streams outlive many requests, so no connection is held.

DATABASES: dict[str, dict[str, Any]] = {"default": {**ENVIRONMENT.database}}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Readers go on while somebody writes, and a writer waits instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
    }
REDIS_URL = ENVIRONMENT.redis_url
FIELD_ENCRYPTION_KEYS = ENVIRONMENT.field_encryption_keys

STATIC_URL = "static/"
STATICFILES_DIRS = [ROOT / "static", ROOT / "build" / "static"]
STATIC_ROOT = ROOT / "build" / "collected"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static.ModuleStorage"},
}

# Who may come in

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "formulas"
LOGOUT_REDIRECT_URL = "login"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
if DEMO or DEBUG:
    AUTHENTICATION_BACKENDS.append("formulas.demo.sign_in.DemoBackend")
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator"},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
]

# What a browser may do. Only the demo and development go without TLS.

_TLS = not (DEBUG or DEMO)
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = _TLS
CSRF_COOKIE_SECURE = _TLS
SECURE_SSL_REDIRECT = _TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if _TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _TLS
SECURE_HSTS_PRELOAD = _TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Language and time

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

# The two upstreams and the charts of a run

MARKETINOUT_URL = ENVIRONMENT.marketinout_url
MARKETINOUT_API_URL = ENVIRONMENT.marketinout_api_url
TRADINGVIEW_URL = ENVIRONMENT.tradingview_url
TRADINGVIEW_WS_URL = ENVIRONMENT.tradingview_ws_url
TRADINGVIEW_SOCKETS = ENVIRONMENT.tradingview_sockets
TRADINGVIEW_LANES = ENVIRONMENT.tradingview_lanes
CHART_CACHE_SECONDS = ENVIRONMENT.chart_cache_seconds
SCREEN_CACHE_SECONDS = ENVIRONMENT.screen_cache_seconds
CHART_BARS = ENVIRONMENT.chart_bars
CHART_RESOLUTIONS = ENVIRONMENT.chart_resolutions
CHART_BATCH_SIZE = ENVIRONMENT.chart_batch_size

# Logs. httpx writes whole addresses, with the key in the query, at INFO, and
# websockets writes every frame, with the token, at DEBUG: neither gets that far.

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": ENVIRONMENT.log_level},
    "loggers": {
        "daphne": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "websockets": {"level": "WARNING"},
    },
}
