"""Secrets at rest: sealed with AES-256-GCM and bound to the place they belong to.

A sealed secret is `1.` and base64url of a 12-byte nonce and the ciphertext. The
context (which row and field) is authenticated with it, so that a sealed value copied
elsewhere does not open. The first key seals, all keys open.
"""

import base64
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LEAST_KEY_LENGTH = 32
_VERSION = "1."
_NONCE_BYTES = 12


class SealedSecretError(Exception):
    """A sealed secret that no key opens here: damaged, moved, or from another key."""


class Vault:
    """Seals and opens secrets.

    Args:
        keys: texts of at least 32 characters each, random; the first one seals.

    Raises:
        ValueError: there is no key, or one is too short.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or min(map(len, keys)) < LEAST_KEY_LENGTH:
            raise ValueError(
                f"FIELD_ENCRYPTION_KEYS needs one or more keys of at least"
                f" {LEAST_KEY_LENGTH} characters."
            )
        self._ciphers = [AESGCM(_derive(key)) for key in keys]

    def seal(self, secret: str, *, context: str) -> str:
        """Return the sealed text of a secret that belongs to `context`."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[0].encrypt(nonce, secret.encode(), context.encode())
        return _VERSION + base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, *, context: str) -> str:
        """Return the secret.

        Raises:
            SealedSecretError: no key opens it in this context.
        """
        data = _decode(sealed)
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(
                    data[:_NONCE_BYTES], data[_NONCE_BYTES:], context.encode()
                ).decode()
            except InvalidTag:
                continue
        raise SealedSecretError("No key in FIELD_ENCRYPTION_KEYS opens this secret.")


def _derive(key: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"candlestream field").derive(
        key.encode()
    )


def _decode(sealed: str) -> bytes:
    if not sealed.startswith(_VERSION):
        raise SealedSecretError("This is not a sealed secret.")
    try:
        data = base64.b64decode(sealed.removeprefix(_VERSION), b"-_", validate=True)
    except ValueError as error:
        raise SealedSecretError("This sealed secret is damaged.") from error
    if len(data) <= _NONCE_BYTES:
        raise SealedSecretError("This sealed secret is damaged.")
    return data
