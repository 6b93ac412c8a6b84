"""The settings under which the tests run: the real ones, with throw-away secrets."""

import atexit
import os
import shutil
import tempfile

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
# In a file, and one for each process of the tests: Django never closes a database in
# memory, not even when the thread ends that a request over ASGI has to itself.
_DIRECTORY = tempfile.mkdtemp(prefix="candlestream-tests-")
atexit.register(shutil.rmtree, _DIRECTORY, ignore_errors=True)
DATABASES["default"]["TEST"] = {"NAME": f"{_DIRECTORY}/tests.sqlite3"}  # noqa: F405
