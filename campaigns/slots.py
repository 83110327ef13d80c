"""What this app adds to the pages of all."""

from . import on_emails, on_people  # noqa: F401
