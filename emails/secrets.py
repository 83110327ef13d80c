"""Text that is stored encrypted: passwords of mail servers."""

import base64
import hashlib
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


def _safe() -> MultiFernet:
    keys = [hashlib.sha256(key.encode()).digest() for key in settings.SECRET_STORE_KEYS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


class SecretField(models.TextField):
    """A text encrypted with the newest of SECRET_STORE_KEYS and read with any of them.

    What no key opens reads as empty: the channel then says that its password is missing.
    """

    def get_prep_value(self, value: Any) -> str:
        return _safe().encrypt(value.encode()).decode() if value else ""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str:
        if not value:
            return ""
        try:
            return _safe().decrypt(value.encode()).decode()
        except InvalidToken:
            return ""
