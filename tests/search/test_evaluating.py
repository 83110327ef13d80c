"""What a search finds for whom, what it says about what is not there, and what it never does."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, Team, User
from emails.models import Email, Status
from prospects.models import CustomField, Group
from search.evaluating import emails_matching, people_matching
from search.fields import FIELDS, fields_for
from search.fields.dates import dates_of, presets_of
from search.fields.kinds import LONGEST_VALUE
from search.language import parse, text_of
from search.limits import within_limit
from search.looking import Looking
from search.names import notes_on, settled, worded
from search.periods import Period
from search.problems import Refused, TooSlow, Unreadable
from search.tree import Any_, Condition, Node
from tests.factories import make_campaign, make_email, make_person, make_user

pytestmark = pytest.mark.django_db

HOSTILE = [
    "'; DROP TABLE emails_email; --", '"', "\\", "\\'", "%", "_", "%s", "%(name)s", "{}", "$1", "$$", "E'\\x00'",
    "\u202e", "🦊" * 50, "x" * LONGEST_VALUE, "ﬀ", "Ŋ", "ß", "\x01", "--", "/*", "a" * 100 + "%" * 100, "(?i)(",
]  # fmt: skip


@pytest.fixture
def rita() -> User:
    return make_user("Rita", time_zone="Europe/Stockholm")


@pytest.fixture
def sam() -> User:
    return make_user("Sam")


def emails(text: str, user: User) -> list[Email]:
    return list(emails_matching(parse(text), user).order_by("pk"))


def people(text: str, user: User) -> list[str]:
    return sorted(people_matching(parse(text), user).values_list("first_name", flat=True))


def touched(email: Email, **told: object) -> Email:
    Email.objects.filter(pk=email.pk).update(**told)
    return email


def test_the_search_of_the_story_finds_the_email_that_was_viewed_clicked_and_not_answered(rita):
    campaign, now = make_campaign(rita), timezone.now()
    names = ("Viewed", "Both", "Answered", "Neither", "Elsewhere")
    made = {
        name: make_email(rita, Status.DELIVERED, person=make_person(rita, name)) for name in names
    }
    Email.objects.update(campaign=campaign)
    touched(made["Viewed"], views=2)
    touched(made["Both"], views=1, clicks=1)
    touched(made["Answered"], views=1, clicks=1, answered_at=now)
    touched(made["Elsewhere"], views=1, clicks=1, campaign=make_campaign(rita, "Renewal"))
    text = 'campaign:"Q1 rollout" viewed clicked -replied'

    assert emails(text, rita) == [made["Both"]]
    assert people(text, rita) == ["Both"]


def test_people_may_have_viewed_one_email_and_clicked_in_another_one(rita):
    maria, bo = make_person(rita, "Maria"), make_person(rita, "Bo")
    for person in (maria, bo):
        touched(make_email(rita, Status.DELIVERED, person=person, subject="One"), views=1)
    touched(make_email(rita, Status.DELIVERED, person=maria, subject="Two"), clicks=1)

    assert people("viewed clicked", rita) == ["Maria"]
    assert emails("viewed clicked", rita) == []
    assert people("subject:one viewed clicked", rita) == []
    assert people("subject:one viewed (subject:two clicked)", rita) == []
    assert people("(subject:one viewed) (subject:two clicked)", rita) == ["Maria"]
    assert people("subject:one -clicked", rita) == ["Bo", "Maria"]
    assert people("-viewed", rita) == []
    assert people("-clicked", rita) == ["Bo"]


def test_views_of_a_person_are_added_up_over_the_emails_that_are_meant(rita):
    maria = make_person(rita, "Maria")
    for views in (1, 2):
        touched(make_email(rita, Status.DELIVERED, person=maria), views=views)

    assert people("viewed>=3", rita) == ["Maria"]
    assert people("viewed>=4", rita) == []
    assert people("viewed<=2 or viewed=0", rita) == []
    assert emails("viewed>=3", rita) == []


def test_emails_that_were_never_sent_say_nothing_of_people_unless_they_are_asked_for(rita):
    make_email(rita, person=make_person(rita, "Maria"))

    assert people("subject:pricing", rita) == []
    assert people("subject:pricing status:draft", rita) == ["Maria"]


def test_days_are_those_of_the_user(rita):
    email = make_email(rita, Status.DELIVERED)
    at_midnight = datetime(2026, 11, 19, 23, 0, tzinfo=UTC)  # in Stockholm the 20th begins
    now = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)

    def found(text: str, viewed: datetime) -> bool:
        touched(email, views=1, first_viewed_at=viewed, last_viewed_at=viewed)
        return emails_matching(parse(text), rita, Looking(rita, now=now)).exists()

    assert found("viewed:last-7-days", at_midnight)
    assert not found("viewed:last-7-days", at_midnight - timedelta(microseconds=1))
    assert found("viewed:not-for-7-days", at_midnight - timedelta(microseconds=1))
    assert not found("viewed:not-for-7-days", at_midnight)


def test_nobody_finds_emails_of_others_or_those_in_the_trash(rita, sam):
    make_email(sam, Status.DELIVERED)
    make_email(rita).remove(by=rita)

    assert emails("", rita) == []


def test_view_as_is_for_admins_and_for_managers_of_a_team(rita, sam):
    email = make_email(rita, Status.DELIVERED)
    mia, ada = make_user("Mia", role="manager"), make_user("Ada", role="admin")
    team = Team.objects.create(name="Sales")
    for user in (rita, mia, sam):
        Membership.objects.create(user=user, team=team)

    assert emails("sender:rita", ada) == emails("sender:Rita", mia) == [email]
    assert emails("sender:me", rita) == [email]
    assert emails("sender:me", mia) == emails("", ada) == []
    assert emails("-sender:me", mia) == [email]
    for text in ("sender:rita", f"sender:#{rita.pk}", "viewed or -(sender:rita,me)"):
        with pytest.raises(Refused, match="nobody called .* whose emails you may look at"):
            emails(text, sam)
        with pytest.raises(Refused):
            people(text, sam)
    with pytest.raises(Refused):
        emails(f"sender:#{ada.pk}", mia)
    assert [Looking(user).may_view_as_others for user in (rita, sam, mia, ada)] == [
        False,
        False,
        True,
        True,
    ]


def test_view_as_is_offered_to_those_who_may(rita):
    offered = {field.name for field in fields_for("emails", Looking(rita))}
    to_admins = {field.name for field in fields_for("emails", Looking(make_user(role="admin")))}

    assert to_admins - offered == {"sender"}


def test_a_deleted_campaign_still_finds_its_emails_and_says_so(rita):
    campaign = make_campaign(rita)
    email = touched(make_email(rita, Status.DELIVERED), campaign=campaign)
    tree = settled(parse('campaign:"q1 rollout"'), rita)
    campaign.removed_at = timezone.now()
    campaign.save()

    assert list(emails_matching(tree, rita)) == [email]
    assert [str(note) for note in notes_on(tree, rita)] == [
        "The campaign “Q1 rollout” has been deleted; its emails are still found."
    ]


def test_what_is_not_there_finds_nothing_and_says_so(rita, sam):
    make_email(rita, Status.DELIVERED)
    Group.objects.create(owner=sam, name="Secret")
    tree = parse("campaign:#999 or group:secret or own.gone:x")

    assert list(emails_matching(tree, rita)) == []
    assert [str(note) for note in notes_on(tree, rita)] == [
        "There is no campaign “#999” that you may see: nothing is found by it.",
        "There is no group “secret” that you may see: nobody is found by it.",
        "The field “gone” of people has been removed: nobody is found by it.",
    ]


def test_a_kept_search_means_the_same_after_something_was_renamed(rita):
    campaign = make_campaign(rita)
    kept = settled(parse('campaign:"q1 ROLLOUT" -(owner:me)'), rita)
    assert text_of(kept) == f"campaign:#{campaign.pk} -owner:me"

    campaign.name = "Spring"
    campaign.save()
    make_campaign(rita, "Q1 rollout")
    assert text_of(worded(kept, rita)) == "campaign:Spring -owner:me"


def test_a_name_that_means_two_things_stays_a_number(rita, sam):
    mine, theirs = make_campaign(rita), make_campaign(sam)
    email = touched(make_email(rita, Status.DELIVERED), campaign=theirs)
    kept = parse(f"campaign:#{mine.pk}")

    assert worded(kept, rita) == kept
    assert emails('campaign:"q1 rollout"', rita) == [email]


def test_emails_cannot_be_searched_by_what_only_people_have(rita):
    with pytest.raises(Unreadable, match="Emails cannot be searched by “Number of emails”"):
        emails("emails>=3", rita)


def test_a_custom_field_of_digits_is_a_field(rita):
    CustomField.objects.create(key="2025", label="2025")
    make_person(rita, "Maria", custom={"2025": "Gold"})
    make_person(rita, "Bo")

    assert people("own.2025:gold", rita) == ["Maria"]
    assert people("-own.2025:gold", rita) == ["Bo"]


def every_text(value: str) -> list[Node]:
    """A condition of each field that takes what somebody typed."""
    names = [name for name in FIELDS if FIELDS[name].kind in {"text", "ref", "words"}]
    trees: list[Node] = []
    for name in [*names, "own.industry"]:
        field = FIELDS.get(name)
        if field and field.kind != "text":
            trees.append(Condition(name, "is", (value,)))
        else:
            trees += [Condition(name, op, value) for op in ("has", "is")]
    return [tree for tree in trees if tree.field != "sender"]  # type: ignore[union-attr]


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_are_values_and_nothing_else(rita, value):
    """They are sent beside the SQL, whose text is the same whatever the value."""
    make_email(rita, Status.DELIVERED, person=make_person(rita, "Maria"))
    tree, harmless = Any_(tuple(every_text(value))), Any_(tuple(every_text("§")))

    for matching in (emails_matching, people_matching):
        sql, _params = matching(tree, rita).query.sql_with_params()
        assert sql == matching(harmless, rita).query.sql_with_params()[0]
        assert list(matching(tree, rita)) == []
    for condition in tree.children:
        assert parse(text_of(condition)) == condition


@pytest.mark.parametrize("value", ["\0", "a\0b", "\ud800", "", "  ", "x" * (LONGEST_VALUE + 1)])
def test_what_no_text_can_have_is_refused_with_a_sentence(value):
    for condition in every_text(value):
        with pytest.raises(ValueError, match=r"Say what|characters can be|no text can have"):
            FIELDS["subject"].checked(Condition("subject", "has", value))
        assert condition


def test_a_percent_sign_stands_for_itself(rita):
    email = make_email(rita, Status.DELIVERED, subject="100% off_now")
    make_email(rita, Status.DELIVERED, subject="1000 off now")

    for text in ("subject:100%", "subject:f_n", 'subject="100% OFF_now"', "subject:%"):
        assert emails(text, rita) == [email], text
    assert emails("subject:%off", rita) == []


def test_a_search_is_a_number_of_queries_that_does_not_grow(rita):
    make_campaign(rita)
    Group.objects.create(owner=rita, name="Fair")
    text = 'campaign:"Q1 rollout" viewed>=2:7d clicked -replied company:nordlys group:fair'

    def queries():
        with CaptureQueriesContext(connection) as asked:
            list(people_matching(parse(text), rita))
        return len(asked)

    queries()  # the organisation is looked up once
    # Which campaign and group are called that, which of those may be seen, and the people.
    assert queries() == 5
    for number in range(3):
        make_campaign(rita, f"Q{number + 2} rollout")
        make_email(rita, Status.DELIVERED)
    assert queries() == 5


def test_what_takes_too_long_ends_with_a_sentence_and_leaves_the_transaction_whole(rita):
    with (
        pytest.raises(TooSlow, match="This search takes too long"),
        within_limit(0.05),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_sleep(2)")

    assert User.objects.filter(pk=rita.pk).exists()
    assert setting("statement_timeout") == "0"


def test_the_limit_ends_where_the_search_does():
    with transaction.atomic():
        with within_limit():
            assert setting("statement_timeout") == "2s"
        assert setting("statement_timeout") == "0"


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (Period(days=7), "in the last 7 days"),
        (Period(days=1), "in the last day"),
        (Period(not_for_days=30), "not for 30 days"),
        (Period(next_days=3), "in the next 3 days"),
        (Period(name="this-week"), "this week"),
        (Period.between(date(2026, 11, 1), date(2026, 11, 30)), "from 1 Nov 2026 to 30 Nov 2026"),
        (Period.between(date(2026, 11, 1), date(2026, 11, 1)), "on 1 Nov 2026"),
        (Period.between(date(2026, 11, 1), None), "since 1 Nov 2026"),
        (Period.between(None, date(2026, 11, 1)), "until 1 Nov 2026"),
    ],
)
def test_a_period_is_said_in_words(period, words):
    assert str(period) == words


def test_every_field_has_a_label_and_a_builder_gets_its_choices(rita):
    looking = Looking(rita)
    make_campaign(rita)

    for field in fields_for("people", looking):
        assert str(field.label) and field.kind and field.ops
        if field.kind == "choice":
            assert all(str(label) for _code, label in field.choices(looking))
    assert [label for _value, label in FIELDS["campaign"].choices(looking)] == ["Q1 rollout"]


@pytest.mark.parametrize(
    ("status", "dates"),
    [
        ("", ["created", "delivered", "failed", "scheduled", "active"]),
        ("delivered", ["delivered", "created", "active"]),
        ("in-progress", ["scheduled", "created"]),
        ("failed", ["failed", "created"]),
        ("bounced", ["failed", "delivered", "created"]),
    ],
)
def test_the_dates_that_can_be_meant_fit_the_status(status, dates):
    assert [field.name for field in dates_of(status)] == dates
    for field in dates_of(status):
        for period in presets_of(field):
            assert field.checked(Condition(field.name, "in", None, period)).within == period


def test_what_lies_ahead_is_offered_for_what_is_scheduled():
    assert Period(next_days=7) in presets_of(FIELDS["scheduled"])
    assert Period(next_days=7) not in presets_of(FIELDS["delivered"])
    assert Period(days=7) in presets_of(FIELDS["viewed"])


def test_every_status_has_its_dates(rita):
    for status, _label in FIELDS["status"].choices(Looking(rita)):
        assert dates_of(status)
