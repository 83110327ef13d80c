"""Whatever is searched for, PostgreSQL finds what is found on paper."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from search.evaluating import emails_matching, people_matching
from search.fields import SUBJECTS
from search.language import text_of
from search.looking import Looking
from search.problems import Refused
from search.tree import Node
from tests.search.paper import Everything, NotAllowed, Paper
from tests.search.trees import trees
from tests.search.world import NOW, Maker, World

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("search on paper")]
SEEDS = [1, 2, 3, 4, 5]


class Shelf:
    """A world, all that is in it, and what makes trees for it: made once for many of them."""

    def __init__(self, seed: int) -> None:
        self.world: World = Maker(seed).world()
        self.everything = Everything()
        self.trees = {subject: trees(subject, self.world.names, NOW.date()) for subject in SUBJECTS}

    def drawn(self, data: st.DataObject, subject: str) -> tuple[Node, Looking]:
        tree = data.draw(self.trees[subject])
        who = data.draw(st.sampled_from(["rita", "rita", "rita", "sam", "mia", "ada"]))
        note(f"{who}: {text_of(tree)}")
        return tree, Looking(self.world.users[who], now=NOW)


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: f"world {seed}")
def shelf(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Shelf]:
    """In a transaction that is rolled back in the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Shelf(request.param)
        transaction.set_rollback(True)


many = settings(
    max_examples=120,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@many
@given(st.data())
def test_the_emails_that_are_found_are_those_that_are_meant(
    shelf: Shelf, data: st.DataObject
) -> None:
    tree, looking = shelf.drawn(data, "emails")
    paper = Paper(shelf.everything, looking.user, NOW)
    try:
        meant = paper.emails(tree)
    except NotAllowed:
        with pytest.raises(Refused):
            emails_matching(tree, looking.user, looking)
        return

    found = emails_matching(tree, looking.user, looking).values_list("pk", flat=True)
    assert sorted(found) == sorted(meant)


@many
@given(st.data())
def test_the_people_who_are_found_are_those_who_are_meant(
    shelf: Shelf, data: st.DataObject
) -> None:
    tree, looking = shelf.drawn(data, "people")
    paper = Paper(shelf.everything, looking.user, NOW)
    try:
        meant = paper.people(tree)
    except NotAllowed:
        with pytest.raises(Refused):
            people_matching(tree, looking.user, looking)
        return

    found = people_matching(tree, looking.user, looking).values_list("pk", flat=True)
    assert sorted(found) == sorted(meant)
