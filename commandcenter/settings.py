"""Settings of Command Center: one file, the environment read strictly.

Every variable is described in docs/operate.md.
"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from . import embedded, environment

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(environment.text("DATA_DIR", str(BASE_DIR / ".data")))

DEBUG = environment.flag("DEBUG", False)
SECRET_KEY = environment.text("SECRET_KEY", None if not DEBUG else "only-for-development")

# Where people reach the application, and where recipients' pixels and clicks arrive. Two hosts, so
# that nothing a recipient or an email brings along ever meets a rep's session.
BASE_URL = environment.origin("BASE_URL", "http://127.0.0.1:8000")
TRACKING_URL = environment.origin("TRACKING_URL", BASE_URL)
BASE_HOST = urlsplit(BASE_URL).hostname or ""
TRACKING_HOST = urlsplit(TRACKING_URL).hostname or ""
HTTPS = BASE_URL.startswith("https://")

# The newest key signs, all of them verify: put a new one in front to rotate.
TRACKING_KEYS = environment.words("TRACKING_KEYS", SECRET_KEY)
# Encrypts channels' passwords; rotated in the same way.
SECRET_STORE_KEYS = environment.words("SECRET_STORE_KEYS", SECRET_KEY)

ALLOWED_HOSTS = sorted({BASE_HOST, TRACKING_HOST, *environment.words("EXTRA_HOSTS")})
CSRF_TRUSTED_ORIGINS = [BASE_URL]
# Networks of reverse proxies whose X-Forwarded-* headers are believed; nobody else's are.
TRUSTED_PROXIES = environment.networks("TRUSTED_PROXIES")

INSTALLED_APPS = [
    # First, so that ours can take back what they put into Django's admin.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "ui",
    "accounts",
    "prospects",
    "emails",
    "tasks",
    "campaigns",
    "search",
    "commandcenter",
    "django_htmx",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
]

MIDDLEWARE = [
    "commandcenter.middleware.TrustedProxyMiddleware",
    "commandcenter.middleware.TrackingHostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.PreferencesMiddleware",
    "accounts.middleware.ChangesMiddleware",
    "ui.middleware.NoticesMiddleware",
    "commandcenter.middleware.ClearAnswersMiddleware",
    "search.middleware.SayWhatTakesTooLong",
]

ROOT_URLCONF = "commandcenter.urls"
TRACKING_URLCONF = "commandcenter.tracking_urls"
WSGI_APPLICATION = "commandcenter.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["ui.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ui.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Servers --------------------------------------------------------------------------------------

# Which process this is: "web" (bin/start and the image set it) pools its connections; Celery's
# prefork closes a whole pool around every job, so nothing else does.
PROCESS = environment.text("PROCESS", "command")

DATABASES = {
    "default": environment.database(
        environment.text("DATABASE_URL", embedded.database_url(DATA_DIR))
    )
    | {"DISABLE_SERVER_SIDE_CURSORS": False}
}
if PROCESS == "web":
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": environment.number("DATABASE_POOL", 8, least=1),
        "timeout": 10,
    }
elif PROCESS == "worker":
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# As redis-py spells it: redis://host:6379/0, or unix:///folder/valkey.sock.
REDIS_URL = environment.text("REDIS_URL", embedded.redis_url(DATA_DIR))
# Begins every key of ours there, so that two installations can share one Redis.
REDIS_PREFIX = environment.text("REDIS_PREFIX", "cc")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": REDIS_PREFIX,
    }
}

# People ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "own-browser"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "accounts.adapter.ClosedAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Administrators make the accounts: nobody can have signed up with another's address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
# Behind this many trusted proxies; TrustedProxyMiddleware has already put the client's own
# address where allauth looks first.
ALLAUTH_TRUSTED_PROXY_COUNT = 0

SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "cc_session"
CSRF_COOKIE_NAME = "cc_csrf"
LANGUAGE_COOKIE_NAME = "cc_language"

# Safety ---------------------------------------------------------------------------------------

SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "frame-src": [CSP.SELF],
    # Signing in leads once through the tracking host, and Chromium holds redirects to this too.
    "form-action": [CSP.SELF, TRACKING_URL],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
}

# Mail -----------------------------------------------------------------------------------------


def _mailer(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps", "smtp+starttls"} or not parts.hostname:
        raise ImproperlyConfigured(
            "SYSTEM_MAIL_URL must look like smtp+starttls://user:password@host:587."
        )
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": parts.hostname,
            "port": parts.port or {"smtp": 25, "smtps": 465}.get(parts.scheme, 587),
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_tls": parts.scheme == "smtp+starttls",
            "use_ssl": parts.scheme == "smtps",
            "timeout": 20,
        },
    }


# Verification, invitations, resets and reminders: never what reps send, which goes through the
# outbox. Libraries that name no mailer (allauth) mean the same one.
_system = _mailer(environment.text("SYSTEM_MAIL_URL", "smtp://127.0.0.1:2525"))
MAILERS = {"default": _system, "system": _system}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.text(
    "SYSTEM_MAIL_FROM", f"Command Center <no-reply@{BASE_HOST}>"
)
# The domain in Message-IDs and, where the channel keeps it, in return paths.
MAIL_DOMAIN = environment.text("MAIL_DOMAIN", BASE_HOST)
# Whether anybody may send through a server at a private or loopback address. Otherwise admins
# alone set up such channels: the server would look around in the network for whoever asks it to.
PRIVATE_CHANNELS = environment.flag("PRIVATE_CHANNELS", DEBUG)
# The header in which our token travels and comes back with delivery reports.
TOKEN_HEADER = "X-Command-Center"  # noqa: S105  (not a password)

SENDING = {
    # An email sent at once waits so long, so that it can be undone.
    "UNDO_SECONDS": environment.number("UNDO_SECONDS", 10),
    # A claim that is not marked by then is anybody's again.
    "CLAIM_SECONDS": environment.number("CLAIM_SECONDS", 60, least=1),
    # One hand-over, from its mark to the server's last word. RFC 5321 4.5.3.2 gives the final dot
    # alone ten minutes.
    "HAND_OVER_SECONDS": environment.number("HAND_OVER_SECONDS", 660, least=1),
    # A marked email is given up so long after its mark; always longer than the hand-over.
    "LEASE_SECONDS": environment.number("LEASE_SECONDS", 720, least=2),
    # How much a running job claims at once.
    "CLAIM_SIZE": environment.number("CLAIM_SIZE", 20, least=1),
    # A running job ends after so long and makes room for the others.
    "DISPATCH_SECONDS": environment.number("DISPATCH_SECONDS", 20, least=1),
    # Unattended for longer than this, an email is not sent any more.
    "TOO_LATE_HOURS": environment.number("TOO_LATE_HOURS", 24, least=1),
}
if SENDING["LEASE_SECONDS"] <= SENDING["HAND_OVER_SECONDS"]:
    raise ImproperlyConfigured("LEASE_SECONDS must be longer than HAND_OVER_SECONDS.")

# IP address and user agent of views and clicks are forgotten after so many days.
EVENT_DETAILS_DAYS = environment.number("EVENT_DETAILS_DAYS", 90)

LIMITS = {
    "EMAILS_PER_DAY": environment.number("LIMIT_EMAILS_PER_DAY", 1000, least=1),
    "BULK_RECIPIENTS": environment.number("LIMIT_BULK_RECIPIENTS", 5000, least=1),
    "ATTACHMENTS_MB": environment.number("LIMIT_ATTACHMENTS_MB", 20, least=1),
    "BODY_MB": environment.number("LIMIT_BODY_MB", 2, least=1),
    "TEMPLATES": environment.number("LIMIT_TEMPLATES", 2000, least=1),
    "CATEGORIES": environment.number("LIMIT_CATEGORIES", 500, least=1),
    "IMPORT_ROWS": environment.number("LIMIT_IMPORT_ROWS", 20_000, least=1),
    "IMPORT_MB": environment.number("LIMIT_IMPORT_MB", 10, least=1),
    "CUSTOM_FIELDS": environment.number("LIMIT_CUSTOM_FIELDS", 200, least=1),
    "PEOPLE_AT_ONCE": environment.number("LIMIT_PEOPLE_AT_ONCE", 100_000, least=1),
    "CAMPAIGNS": environment.number("LIMIT_CAMPAIGNS", 500, least=1),
    "LAUNCH_PEOPLE": environment.number("LIMIT_LAUNCH_PEOPLE", 5000, least=1),
    "SAVED_SEARCHES": environment.number("LIMIT_SAVED_SEARCHES", 200, least=1),
    "PINNED_SEARCHES": environment.number("LIMIT_PINNED_SEARCHES", 20, least=1),
    "GROUP_PEOPLE": environment.number("LIMIT_GROUP_PEOPLE", 100_000, least=1),
}
# Django's own limit on a form without its files: a little above a full body, so that the form
# itself answers with a sentence.
DATA_UPLOAD_MAX_MEMORY_SIZE = (LIMITS["BODY_MB"] * 4 + 2) * 1024 * 1024

# Words, times, files --------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("sv", "Svenska")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = environment.text("TIME_ZONE", "UTC")
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(environment.text("STATIC_ROOT", str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(environment.text("MEDIA_ROOT", str(DATA_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "commandcenter.storage.HashedStaticFilesStorage"
    },
}

# Logs -----------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "commandcenter.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": environment.text("LOG_LEVEL", "INFO")},
    # Four lines a second about jobs that had nothing to do would hide the others.
    "loggers": {
        name: {"level": "WARNING"}
        for name in ("celery.app.trace", "celery.beat", "celery.worker.strategy")
    },
}
