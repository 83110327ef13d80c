"""Claim what is due, and advance it."""


def advance(limit: int = 500) -> int:
    """Make the next turn of enrollments that are due, at most `limit`; returns how many moved."""
    raise NotImplementedError


def wake() -> None:
    """Let a worker advance what this transaction makes due, once it has committed."""
