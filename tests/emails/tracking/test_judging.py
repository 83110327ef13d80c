import pytest

from emails.models import Event
from emails.tracking.judging import Sighting, judge

Who, Via = Event.Who, Event.Via
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36"
)
OUTLOOK = "Mozilla/4.0 (compatible; ms-office; MSOffice 16)"
GOOGLE = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"


@pytest.mark.parametrize(
    ("agent", "who", "via"),
    [
        (CHROME, Who.HUMAN, Via.DIRECT),
        (OUTLOOK, Who.HUMAN, Via.DIRECT),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) AppleWebKit/605 Mobile", Who.HUMAN, Via.DIRECT),
        (GOOGLE, Who.HUMAN, Via.GOOGLE),
        ("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy", Who.HUMAN, Via.YAHOO),
        ("Mozilla/5.0", Who.MACHINE, Via.APPLE),
        ("BarracudaCentral", Who.MACHINE, Via.GATEWAY),
        ("Mozilla/5.0 (compatible; Proofpoint URL Defense)", Who.MACHINE, Via.GATEWAY),
        ("Microsoft Office Existence Discovery", Who.MACHINE, Via.GATEWAY),
        ("Mozilla/5.0 (compatible; bingbot/2.0)", Who.MACHINE, Via.DIRECT),
        ("Slackbot-LinkExpanding 1.0", Who.MACHINE, Via.DIRECT),
        ("python-requests/2.32", Who.MACHINE, Via.DIRECT),
        ("curl/8.9", Who.MACHINE, Via.DIRECT),
        ("", Who.UNKNOWN, Via.DIRECT),
    ],
)
def test_who_it_was_and_by_which_way(agent, who, via):
    judged = judge(Sighting(user_agent=agent))

    assert (judged.who, judged.via) == (who, via)
    assert judged.because


def test_whoever_asks_for_the_headers_only_is_a_machine():
    assert judge(Sighting(user_agent=CHROME, method="HEAD")).who == Who.MACHINE


def test_a_page_fetched_ahead_is_not_read():
    assert judge(Sighting(user_agent=CHROME, is_prefetch=True)).who == Who.MACHINE


def test_the_senders_own_browser_is_known_whatever_it_says():
    assert judge(Sighting(user_agent="", own_user=3), owner_id=3).who == Who.OWN


def test_a_colleagues_browser_counts():
    assert judge(Sighting(user_agent=CHROME, own_user=4), owner_id=3).who == Who.HUMAN
