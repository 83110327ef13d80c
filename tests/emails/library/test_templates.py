"""Templates: what a change, a share, a star and a deletion come to, and what emails keep of them."""

from uuid import uuid4

import pytest
from django.db import IntegrityError

from accounts.models import Team, UndoRefused
from accounts.models.categories import NotEmpty
from emails.models import (
    Category,
    Favourite,
    Overtaken,
    Status,
    Template,
    TemplateVersion,
    TooMany,
    Uses,
)
from emails.writing import Writing, rewrite
from tests.factories import make_draft, make_email, make_template, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita():
    return make_user("Rita Rep")


@pytest.fixture
def sam():
    return make_user("Sam Second")


@pytest.fixture
def north(rita, sam):
    team = Team.objects.create(name="North")
    team.members.add(rita, sam)
    return team


# Versions -------------------------------------------------------------------------------------


def test_every_change_makes_a_version_and_earlier_ones_stay(rita):
    template = make_template(rita, "Intro", subject="Hello")
    assert template.rewrite(version=1, by=rita, subject="Good day")

    told = [(each.number, each.subject) for each in template.versions.order_by("number")]
    assert told == [(1, "Hello"), (2, "Good day")]
    assert template.latest.subject == Template.objects.get().subject == "Good day"


def test_saving_without_a_change_makes_no_version(rita):
    template = make_template(rita, "Intro", subject="Hello")

    assert not template.rewrite(version=1, by=rita, subject="Hello")
    assert template.versions.count() == 1


def test_of_two_who_save_the_later_is_told_and_overwrites_nothing(rita):
    template = make_template(rita)
    here, there = Template.objects.get(), Template.objects.get()
    here.rewrite(version=1, by=rita, subject="Mine")
    with pytest.raises(Overtaken) as told:
        there.rewrite(version=1, by=rita, subject="Hers")

    assert (told.value.template.version, told.value.template.subject) == (2, "Mine")
    template.refresh_from_db()
    assert (template.subject, template.versions.count()) == ("Mine", 2)


def test_the_same_save_twice_is_as_good_as_once(rita):
    template = make_template(rita)
    Template.objects.get().rewrite(version=1, by=rita, subject="Mine")

    assert not Template.objects.get().rewrite(version=1, by=rita, subject="Mine")
    assert template.versions.count() == 2


def test_a_deleted_template_is_not_changed_any_more(rita):
    template = make_template(rita)
    template.remove(by=rita)
    with pytest.raises(Overtaken):
        template.rewrite(version=1, by=rita, subject="Too late")


def test_one_page_makes_one_template_however_often_it_is_posted(rita, sam):
    key = uuid4()
    first = make_template(rita, "Intro", key=key)

    assert make_template(rita, "Intro again", key=key) == first
    assert make_template(sam, "Sam's", key=key).owner == sam


# Sharing --------------------------------------------------------------------------------------


def test_a_template_is_its_owners_alone_until_it_is_shared(rita, sam, north):
    template = make_template(rita)
    assert not Template.seen_by(sam).exists()
    template.share([north])

    assert list(Template.seen_by(sam)) == list(Template.objects.shared_with(sam)) == [template]
    assert not Template.objects.shared_with(rita).exists()
    template.share([])
    assert not Template.seen_by(sam).exists()


def test_shared_with_two_teams_of_mine_it_is_there_once(rita, sam, north):
    south = Team.objects.create(name="South")
    south.members.add(sam)
    make_template(rita).share([north, south])

    assert Template.seen_by(sam).count() == Template.objects.shared().count() == 1


def test_who_leaves_the_team_sees_it_no_more(rita, sam, north):
    make_template(rita).share([north])
    north.memberships.filter(user=sam).delete()

    assert not Template.seen_by(sam).exists()


def test_colleagues_read_what_a_template_says_now_and_what_they_used(rita, sam, north):
    template = make_template(rita, subject="Not for others")
    private = template.latest
    template.rewrite(version=1, by=rita, subject="For all")
    template.share([north])
    used = template.latest
    make_draft(sam, template_version=used)
    template.rewrite(version=2, by=rita, subject="Better")

    readable = set(TemplateVersion.readable_by(sam))
    assert readable == {used, template.latest}
    assert private in TemplateVersion.readable_by(rita)
    template.share([])
    assert set(TemplateVersion.readable_by(sam)) == {used}


def test_a_ticket_is_good_for_whom_it_was_given_to_alone(rita, sam):
    version = make_template(rita).latest
    ticket = version.ticket_for(rita)

    assert TemplateVersion.of_ticket(rita, ticket) == version
    assert TemplateVersion.of_ticket(sam, ticket) is None
    for forged in ("", str(version.pk), f"{version.pk}:x", "\0", "x" * 5000):
        assert TemplateVersion.of_ticket(rita, forged) is None


# Categories -----------------------------------------------------------------------------------


def test_a_category_has_its_name_once_with_its_owner_whatever_the_case(rita, sam):
    first = Category.named(rita, "First contact")

    assert Category.named(rita, "FIRST contact") == first
    assert Category.named(sam, "First contact") != first
    with pytest.raises(IntegrityError):
        Category.objects.create(owner=rita, name="first CONTACT")


def test_only_an_empty_category_is_deleted(rita):
    category = Category.named(rita, "First contact")
    template = make_template(rita, category=category)
    with pytest.raises(NotEmpty):
        category.discard()
    template.remove(by=rita)
    category.discard()

    template = Template.objects.get()
    template.restore()
    assert template.category is None


def test_a_shared_template_is_found_under_its_categorys_name(rita, sam, north):
    hers = make_template(rita, "Hers", category=Category.named(rita, "First contact"))
    mine = make_template(sam, "Mine", category=Category.named(sam, "first contact"))
    make_template(rita, "Private", category=Category.named(rita, "Secret"))
    hers.share([north])

    seen = list(Category.seen_by(sam))
    assert seen == [mine.category]
    assert set(Template.seen_by(sam).in_category(seen[0])) == {hers, mine}
    assert Template.seen_by(sam).sizes() == {"first contact": 2}
    mine.remove(by=sam)
    mine.refresh_from_db()
    mine.category.discard()
    assert list(Category.seen_by(sam)) == [hers.category]


# Favourites, copies, deletion -------------------------------------------------------------------


def test_stars_are_each_users_own(rita, sam, north):
    template = make_template(rita)
    template.share([north])
    template.star(sam)
    template.star(sam)

    assert list(Template.seen_by(sam).favourites_of(sam)) == [template]
    assert [each.is_favourite for each in Template.objects.starred_for(rita)] == [False]
    template.unstar(sam)
    assert not Favourite.objects.exists()


def test_a_copy_is_private_and_ones_own(rita, sam, north):
    template = make_template(rita, "Intro", category=Category.named(rita, "First contact"))
    template.share([north])
    here = Category.named(sam, "First Contact")
    copy = template.duplicate(by=sam)

    assert (copy.name, copy.subject, copy.html) == ("Copy of Intro", "Hello", template.html)
    assert (copy.owner, copy.category, copy.teams.count()) == (sam, here, 0)
    assert copy.latest.written_by == sam


def test_a_deleted_template_is_found_by_nobody_until_that_is_undone(rita, sam, north):
    template = make_template(rita)
    template.share([north])
    undo = template.remove(by=rita)
    assert not Template.seen_by(sam).exists() and not Template.seen_by(rita).exists()
    assert list(Template.opened_by(rita)) == [template] and not Template.opened_by(sam).exists()

    assert "is back" in undo.use()
    assert list(Template.seen_by(sam)) == [template]
    with pytest.raises(UndoRefused):
        undo.use()


def test_the_limit_names_itself_and_holds_for_copies_and_undo(rita, settings):
    settings.LIMITS = settings.LIMITS | {"TEMPLATES": 2}
    first = make_template(rita)
    undo = first.remove(by=rita)
    for _number in range(2):
        second = make_template(rita)
    with pytest.raises(TooMany, match="You have 2 templates"):
        make_template(rita)
    with pytest.raises(TooMany):
        second.duplicate(by=rita)
    with pytest.raises(UndoRefused, match="You have 2 templates"):
        undo.use()


# Found ----------------------------------------------------------------------------------------


def test_it_is_found_by_words_of_its_name_subject_and_text(rita):
    template = make_template(rita, "Intro Å", subject="50 % off", html="<p>Våra <b>pri</b>ser</p>")
    make_template(rita, "Other")

    for words in ("intro å", "50 %", "priser INTRO", "våra"):
        assert list(Template.objects.matching(words)) == [template], words
    for words in ("<b>", "intro other", "50_"):
        assert not Template.objects.matching(words).exists(), words


# Emails ---------------------------------------------------------------------------------------


def test_an_email_keeps_the_version_that_was_used(rita):
    template = make_template(rita, subject="Version one")
    email = make_email(rita, Status.DELIVERED, template_version=template.latest)
    template.rewrite(version=1, by=rita, subject="Version two")
    template.remove(by=rita)

    email.refresh_from_db()
    assert (email.template_version.number, email.template_version.subject) == (1, "Version one")


def test_of_several_templates_the_last_one_counts(rita):
    first, second = make_template(rita).latest, make_template(rita).latest
    email = make_draft(rita, template_version=first)
    to = {"identity": email.identity, "to_address": email.to_address, "subject": "Hi"}
    rewrite(email, Writing(**to, template_version=second), version=1)

    assert email.template_version == second


def test_figures_count_what_arrived_once_whatever_its_version(rita, sam):
    template, other = make_template(rita), make_template(rita, "Unused")
    first = template.latest
    seen = make_email(rita, Status.DELIVERED, template_version=first)
    template.rewrite(version=1, by=rita, subject="Better")
    make_email(sam, Status.ARCHIVED, template_version=template.latest)
    for status in (Status.DRAFT, Status.SCHEDULED, Status.IN_PROGRESS, Status.FAILED):
        make_email(rita, status, template_version=first)
    make_email(rita, Status.DELIVERED)
    seen.views, seen.clicks, seen.replies = 7, 2, 1
    seen.save(update_fields=["views", "clicks", "replies"])
    seen.succeed(by=rita)

    found = Uses.by_template([template, other])
    assert set(found) == {template.pk}
    uses = found[template.pk]
    assert (uses.sent, uses.viewed, uses.clicked, uses.replied, uses.succeeded) == (2, 1, 1, 1, 1)
    kinds = ("viewed", "clicked", "replied", "success")
    assert uses.rates == [(kind, 1, 50) for kind in kinds]
    shown = [(version.uses.sent, version.uses.succeeded) for version in template.history]
    assert shown == [(1, 0), (1, 1)]


def test_lists_sort_by_last_use_replies_and_success(rita):
    never, old, answered = (make_template(rita, name) for name in ("A", "B", "C"))
    replied = make_email(rita, Status.DELIVERED, template_version=answered.latest)
    replied.replies = 1
    replied.save(update_fields=["replies"])
    make_email(rita, Status.DELIVERED, template_version=old.latest).succeed(by=rita)

    by_use = Template.objects.with_last_use().order_by("-used_at")
    by_replies = Template.objects.with_reply_rate().order_by("-reply_rate", "pk")
    assert list(by_use) == [old, answered, never]
    assert (by_replies[0], by_replies[0].reply_rate) == (answered, 1000)
    by_success = Template.objects.with_success_rate().order_by("-success_rate", "pk")
    assert (by_success[0], by_success[0].success_rate) == (old, 1000)
