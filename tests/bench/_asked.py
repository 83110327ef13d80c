"""The searches that are measured, each beside what somebody who knows SQL would write for it."""

from typing import Any

from django.db import connection

_MINE = "e.owner_id = %(user)s AND e.removed_at IS NULL"
_Q1 = "e.campaign_id = (SELECT id FROM campaigns_campaign WHERE name = 'Q1 rollout')"
_SENT = "e.status IN ('delivered', 'archived', 'bounced', 'spam')"
_AGO = "date_trunc('day', now()) - interval '%s days'"

# The story's search comes first; the text form, and the condition on an email e.
EMAILS = {
    'campaign:"Q1 rollout" viewed clicked -replied': (
        f"{_Q1} AND e.views > 0 AND e.clicks > 0 AND e.answered_at IS NULL"
    ),
    "viewed clicked -replied": "e.views > 0 AND e.clicks > 0 AND e.answered_at IS NULL",
    "viewed>=3": "e.views >= 3",
    "viewed:last-7-days": f"e.last_viewed_at >= {_AGO % 6}",
    "viewed>=2:last-30-days": (
        f"e.views >= 2 AND e.last_viewed_at >= {_AGO % 29} AND (SELECT count(*) FROM emails_event v"
        " WHERE v.email_id = e.id AND v.kind = 'open' AND v.who = 'human' AND v.applied_at IS NOT NULL"
        f" AND v.at >= {_AGO % 29}) >= 2"
    ),
    "replied": "e.answered_at IS NOT NULL",
    "status:undelivered reason:no_such_mailbox": (
        "e.status IN ('failed', 'bounced', 'spam') AND e.reason = 'no_such_mailbox'"
    ),
    "status:sent -viewed delivered:last-30-days": (
        f"e.status IN ('delivered', 'archived') AND e.views = 0 AND e.delivered_at >= {_AGO % 29}"
    ),
    "template:Intro clicked": (
        "e.clicks > 0 AND e.template_version_id IN (SELECT v.id FROM emails_templateversion v"
        " JOIN emails_template t ON t.id = v.template_id WHERE t.name = 'Intro')"
    ),
    'subject:"offer 77"': "e.subject ILIKE '%%offer 77%%'",
    "person4711": (
        "EXISTS (SELECT FROM emails_emailcontent c WHERE c.email_id = e.id"
        " AND c.search_text LIKE '%%person4711%%')"
    ),
    'company:"Company 471"': (
        "e.person_id IN (SELECT id FROM prospects_person WHERE company ILIKE '%%company 471%%')"
    ),
    "group:Fair viewed": (
        "e.views > 0 AND e.person_id IN (SELECT m.person_id FROM prospects_groupmember m"
        " JOIN prospects_group g ON g.id = m.group_id WHERE g.name = 'Fair')"
    ),
}
# The condition on a person p.
_S = f"SELECT e.person_id FROM emails_email e WHERE {_MINE} AND {_SENT} AND e.person_id IS NOT NULL"
_TOGETHER = "GROUP BY e.person_id HAVING"
PEOPLE = {
    'campaign:"Q1 rollout" viewed clicked -replied': (
        f"p.id IN ({_S} AND {_Q1} {_TOGETHER} sum(e.views) > 0 AND sum(e.clicks) > 0"
        " AND max(e.answered_at) IS NULL)"
    ),
    "viewed clicked -replied": (
        f"p.id IN ({_S} {_TOGETHER} sum(e.views) > 0 AND sum(e.clicks) > 0"
        " AND max(e.answered_at) IS NULL)"
    ),
    "-active:last-30-days": (
        f"p.id NOT IN ({_S} AND (e.last_viewed_at >= {_AGO % 29} OR e.last_clicked_at >= {_AGO % 29}"
        f" OR e.last_replied_at >= {_AGO % 29}))"
    ),
    "viewed>=5": f"p.id IN ({_S} AND e.views > 0 {_TOGETHER} sum(e.views) >= 5)",
    "bounced or spam": f"p.id IN ({_S} AND e.status IN ('bounced', 'spam'))",
    "title:buyer -unsubscribed": (
        "p.title ILIKE '%%buyer%%' AND NOT EXISTS (SELECT FROM prospects_suppression s"
        " WHERE s.reason = 'unsubscribed' AND s.released_at IS NULL AND s.value = lower(p.email))"
    ),
    'own.industry:energy or own.industry="Industry 7"': (
        "p.custom->>'industry' ILIKE '%%energy%%' OR lower(p.custom->>'industry') = 'industry 7'"
    ),
    "group:Fair clicked -replied": (
        "p.id IN (SELECT m.person_id FROM prospects_groupmember m JOIN prospects_group g"
        " ON g.id = m.group_id WHERE g.name = 'Fair') AND "
        f"p.id IN ({_S} {_TOGETHER} sum(e.clicks) > 0 AND max(e.answered_at) IS NULL)"
    ),
}


def floor_of(subject: str, where: str, user: Any) -> tuple[int, list[int]]:
    """How many are found by that SQL, and the ids of the first page."""
    table, mine, order = {
        "emails": ("emails_email e", _MINE, "e.moved_at DESC, e.id DESC"),
        "people": (
            "prospects_person p",
            "p.removed_at IS NULL",  # everybody may see everybody
            "p.sort_name, p.id",
        ),
    }[subject]
    found = f"FROM {table} WHERE {mine} AND ({where})"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {found}", {"user": user.pk})
        (count,) = cursor.fetchone()
        name = table[-1]
        cursor.execute(f"SELECT {name}.id {found} ORDER BY {order} LIMIT 50", {"user": user.pk})
        return count, [pk for (pk,) in cursor.fetchall()]
