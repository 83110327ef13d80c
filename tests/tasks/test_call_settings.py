"""What admins decide about calls: the dialler, what must be said, and the lists of words."""

import threading

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import Organisation
from tasks.models import CallWord, ListFull, WordTaken
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client):
    ada = make_user("Ada", role="admin")
    client.force_login(ada)
    return ada


def words(name="outcome"):
    return [word.words for word in CallWord.offered_on(name)]


def test_a_list_that_nobody_has_touched_begins_with_ours():
    assert words()[0] == "Talked"
    assert words("reason")[0] == "First contact"
    assert CallWord.objects.on("outcome").count() == len(words())


def test_the_page_is_for_admins_alone(client, ada):
    assert client.get(reverse("calls:settings")).status_code == 200
    client.force_login(make_user("Sam"))
    assert client.get(reverse("calls:settings")).status_code == 404


def test_an_address_that_calls_nobody_is_refused_beside_its_field(client, ada):
    response = client.post(reverse("calls:settings"), {"call_address": "https://dial.example/"})
    assert response.status_code == 422
    assert "Put {number} once where the number belongs" in response.text
    client.post(reverse("calls:settings"), {"call_address": "sip:{number}@pbx.example"})
    assert Organisation.current().call_address == "sip:{number}@pbx.example"


def test_a_word_is_added_last(client, ada):
    client.post(reverse("calls:add-word", args=["outcome"]), {"words": " Booked  a demo "})
    assert words()[-1] == "Booked a demo"


def test_a_word_stands_once_in_a_list(client, ada):
    response = client.post(reverse("calls:add-word", args=["outcome"]), {"words": "tAlked"})
    assert response.status_code == 422
    assert "The list has that already." in response.text


def test_no_list_grows_beyond_fifteen(client, ada):
    fill("outcome")
    response = client.post(reverse("calls:add-word", args=["outcome"]), {"words": "One more"})
    assert response.status_code == 422
    assert "15 entries at most" in response.text
    with pytest.raises(ListFull):
        CallWord.add("outcome", "One more")


def test_a_word_is_renamed_moved_and_retired(client, ada):
    talked, message, *_rest = CallWord.offered_on("outcome")
    client.post(reverse("calls:word", args=[talked.pk]), {"words": "Spoke"})
    client.post(reverse("calls:move-word", args=[message.pk]), {"by": "-1"})
    assert words()[:2] == ["Left a message", "Spoke"]
    client.post(reverse("calls:retire-word", args=[message.pk]))
    assert words()[0] == "Spoke"


def test_a_name_that_is_taken_is_refused(client, ada):
    talked = CallWord.offered_on("outcome").first()
    response = client.post(reverse("calls:word", args=[talked.pk]), {"words": "Busy"})
    assert response.status_code == 422
    with pytest.raises(WordTaken):
        talked.rename("Busy")


def test_undo_offers_a_retired_word_again_unless_there_is_no_room(client, ada):
    talked = CallWord.offered_on("outcome").first()
    client.post(reverse("calls:retire-word", args=[talked.pk]))
    undo = ada.undos.get()
    fill("outcome")
    response = client.post(reverse("undo", args=[undo.pk]))
    assert response.status_code == 409
    assert "The list is full by now." in response.text
    CallWord.objects.get(words="Busy").retire()
    client.post(reverse("undo", args=[undo.pk]))
    assert words()[0] == "Talked"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_add_the_last_word_at_once_one_is_refused():
    fill("outcome", CallWord.MOST - 1)
    together, refused = threading.Barrier(2), []

    def add(name):
        try:
            together.wait()
            CallWord.add("outcome", name)
        except ListFull:
            refused.append(name)
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=[name]) for name in ("Mine", "Yours")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert len(words()) == CallWord.MOST


def fill(name, to=CallWord.MOST):
    for number in range(to - len(words(name))):
        CallWord.add(name, f"Word {number}")
