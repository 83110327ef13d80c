"""Who learns that something has changed of people."""

from collections.abc import Collection

from accounts.changes import EVERYBODY, announce


def tell_owners(ids: Collection[int], *user_ids: int) -> None:
    """Let the pages of these users, and of those whose people they are, know that something has
    changed of people with these ids; whoever counts people learns of it."""
    from .people import Person

    if ids:
        owners = Person.objects.of_ids(ids).order_by().values_list("owner_id", flat=True).distinct()
        announce(EVERYBODY, *user_ids, *owners, people=ids)
