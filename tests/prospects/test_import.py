"""People from a file into the database."""

import csv
import io
import time

import pytest
from django.utils import timezone

from prospects.importing.sheet import Unreadable
from prospects.models import Group, PeopleImport, Person
from tests.factories import make_person, make_user

pytestmark = pytest.mark.django_db
NAME_AND_EMAIL = {0: "name", 1: "email"}
HEADER = "Name,Email\n"


@pytest.fixture
def rita():
    return make_user("Rita Rep")


def upload(owner, text, name="people.csv"):
    return PeopleImport.keep(owner, name, text.encode())


def bring_in(owner, text, group=None, mapping=NAME_AND_EMAIL):
    done = upload(owner, text)
    assert done.run(mapping, group)
    done.refresh_from_db()
    return done


def outcome(done):
    return done.added, done.known, done.repeated, len(done.refused)


def test_people_are_added_with_what_their_columns_mean(rita):
    text = (
        "Förnamn;Efternamn;E-post;Företag;Telefon;Webb\n"
        "Åsa;Öberg;Asa.Oberg@Nordlys.example;Nordlys;+46 70 123;nordlys.example\n"
    )
    mapping = {0: "first_name", 1: "last_name", 2: "email", 3: "company", 4: "phone", 5: "website"}
    assert outcome(bring_in(rita, text, mapping=mapping)) == (1, 0, 0, 0)

    asa = Person.seen_by(rita).get()
    assert (asa.owner, asa.name, asa.company) == (rita, "Åsa Öberg", "Nordlys")
    assert (asa.email, asa.phone) == ("Asa.Oberg@nordlys.example", "+46 70 123")
    assert asa.website == "https://nordlys.example"
    assert asa.sort_name.startswith("zz3berg")


def test_the_same_address_twice_in_a_file_is_one_person(rita):
    text = HEADER + "Anna Ek,anna@b.example\nAnna E,ANNA@b.example\nAnna,Anna@B.Example\n"
    assert outcome(bring_in(rita, text)) == (1, 0, 2, 0)
    assert Person.objects.get().name == "Anna Ek"


def test_somebody_known_joins_the_group_and_is_not_changed(rita):
    anna = make_person(rita, "Anna", email="anna@b.example")
    group = Group.named(rita, "Autumn fair")
    done = bring_in(rita, HEADER + "Other Name,ANNA@B.example\nBo Ek,bo@b.example\n", group)

    assert outcome(done) == (1, 1, 0, 0)
    assert {person.name for person in group.people.all()} == {anna.name, "Bo Ek"}


def test_bad_rows_are_named_and_the_rest_is_imported(rita):
    done = bring_in(
        rita,
        HEADER
        + "Anna,anna@b.example\n"
        + ",nobody@b.example\n"
        + "Bo,bo at b.example\n"
        + "Cia,\n"
        + "Dan,dan@b.example,extra\n"
        + f"{'x' * 101},eve@b.example\n"
        + '"Fia,fia@b.example\n'
        + "Gun,gun@b.example\n",
    )
    assert outcome(done) == (2, 0, 0, 6)
    assert {line: problems for line, _, problems in done.refused} == {
        3: ["no_name"],
        4: ["bad_email"],
        5: ["no_email"],
        6: ["too_wide"],
        7: ["too_long:first_name"],
        8: ["unclosed_quote"],
    }


def test_bad_rows_come_back_as_a_file_that_no_spreadsheet_runs(rita):
    done = bring_in(rita, HEADER + '"=HYPERLINK(""x"")",no address\n-2+3,@SUM(1)\n')
    rows = list(csv.reader(io.StringIO(done.bad_rows_file().decode("utf-8-sig"))))

    assert rows[0] == ["Line", "Problem", "Name", "Email"]
    assert rows[1] == ["2", "The email address is not valid.", '\'=HYPERLINK("x")', "no address"]
    assert rows[2][2:] == ["'-2+3", "'@SUM(1)"]


def test_a_mended_file_can_be_uploaded_as_it_was_given_back(rita):
    done = bring_in(rita, HEADER + "=Anna,anna at b.example\n")
    mended = done.bad_rows_file().decode("utf-8-sig").replace("anna at", "anna@").replace("@ ", "@")
    again = PeopleImport.keep(rita, "again.csv", mended.encode())

    assert again.run({2: "name", 3: "email"}, None)
    assert Person.objects.get().name == "=Anna"


def test_bringing_the_same_import_in_twice_adds_nothing(rita):
    done = bring_in(rita, HEADER + "Anna,anna@b.example\n")
    assert not PeopleImport.objects.get(pk=done.pk).run(NAME_AND_EMAIL, None)
    assert Person.objects.count() == 1


def test_somebody_elses_person_is_refused_where_people_are_private(rita):
    make_person(make_user("Sam"), email="anna@b.example")
    hide_people()
    done = bring_in(rita, HEADER + "Anna,anna@b.example\n", Group.named(rita, "Mine"))

    assert done.refused == [[2, ["Anna", "anna@b.example"], ["taken"]]]
    assert not rita.groups.get().people.exists()


def hide_people():
    from accounts.models import Organisation

    organisation = Organisation.current()
    organisation.everybody_sees_people = False
    organisation.save()


def test_what_was_in_the_file_is_not_kept_longer_than_needed(rita):
    waiting = upload(rita, HEADER + "Anna,anna@b.example\n")
    assert "Anna" in waiting.content
    waiting.run(NAME_AND_EMAIL, None)
    assert PeopleImport.objects.get().content == ""


def test_an_upload_left_alone_for_a_day_is_thrown_away(rita, time_machine):
    old = upload(rita, HEADER + "Anna,anna@b.example\n")
    done = bring_in(rita, HEADER + "Bo,bo@b.example\n")
    time_machine.move_to(timezone.now() + PeopleImport.KEPT_WAITING * 1.1)
    new = upload(rita, HEADER + "Cia,cia@b.example\n")

    assert set(PeopleImport.objects.all()) == {done, new}
    assert old.pk not in {done.pk, new.pk}


def test_names_are_cleaned_of_what_cannot_be_seen(rita):
    bring_in(rita, HEADER + '"An\u202ena\u200b\n  Maria\x07 Ek","Anna <mailto:anna@b.example>"\n')
    anna = Person.objects.get()
    assert (anna.first_name, anna.last_name) == ("Anna Maria", "Ek")
    assert anna.email == "anna@b.example"


def test_more_rows_than_allowed_are_refused_before_anything_is_kept(rita, settings):
    settings.LIMITS = settings.LIMITS | {"IMPORT_ROWS": 2}
    with pytest.raises(Unreadable):
        upload(rita, HEADER + "".join(f"P{n},p{n}@b.example\n" for n in range(3)))
    assert not PeopleImport.objects.exists()


@pytest.mark.long
def test_twenty_thousand_rows_take_seconds(rita):
    rows = "".join(f"Person {n} Ek,person{n}@b{n % 99}.example\n" for n in range(20_000))
    began = time.process_time()
    done = bring_in(rita, HEADER + rows, Group.named(rita, "Everybody"))
    assert outcome(done) == (20_000, 0, 0, 0)
    assert done.group.people.count() == 20_000
    assert time.process_time() - began < 15
