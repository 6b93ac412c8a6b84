"""The settings under which the tests run: the real ones, with throw-away secrets."""

import os

os.environ.update(
    SECRET_KEY="a-secret-key-for-tests-only-" + "x" * 32,
    FIELD_ENCRYPTION_KEYS="a-field-encryption-key-for-tests-only",
    ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
    DEMO="true",
)

from config.settings import *  # noqa: F403  (all of them, after the environment is set)

STORAGES["staticfiles"]["BACKEND"] = (  # noqa: F405
    "django.contrib.staticfiles.storage.StaticFilesStorage"
)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
