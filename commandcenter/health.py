"""What /healthz tells."""

from typing import Any

from django.db import DatabaseError, connection


def report() -> dict[str, Any]:
    """`web`, `database`."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return {"web": "ok", "database": "down"}
    return {"web": "ok", "database": "ok"}
