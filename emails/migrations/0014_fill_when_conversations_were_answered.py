from django.db import migrations

# Whose own emails were answered; then, until nothing changes any more, what belongs to those: see
# emails/conversations.py.
OWN = """
UPDATE emails_email SET answered_at = last_replied_at
 WHERE last_replied_at IS NOT NULL AND answered_at IS DISTINCT FROM last_replied_at
"""
OF_CAMPAIGN = """
UPDATE emails_email AS email SET answered_at = together.latest
  FROM (
    SELECT owner_id, campaign_id, person_id, max(answered_at) AS latest
      FROM emails_email
     WHERE campaign_id IS NOT NULL AND person_id IS NOT NULL
     GROUP BY owner_id, campaign_id, person_id
    HAVING max(answered_at) IS NOT NULL
  ) AS together
 WHERE (email.owner_id, email.campaign_id, email.person_id)
     = (together.owner_id, together.campaign_id, together.person_id)
   AND email.answered_at IS DISTINCT FROM together.latest
"""
OF_THREAD = """
UPDATE emails_email AS email SET answered_at = linked.latest
  FROM (
    SELECT one.id, max(greatest(one.answered_at, other.answered_at)) AS latest
      FROM (
        SELECT id AS near, continues_id AS far FROM emails_email WHERE continues_id IS NOT NULL
         UNION ALL
        SELECT continues_id, id FROM emails_email WHERE continues_id IS NOT NULL
      ) AS link
      JOIN emails_email AS one ON one.id = link.near
      JOIN emails_email AS other ON other.id = link.far
     WHERE one.owner_id = other.owner_id
       AND one.person_id IS NOT DISTINCT FROM other.person_id
       AND (one.person_id IS NOT NULL OR upper(one.to_address) = upper(other.to_address))
       AND other.answered_at IS NOT NULL
     GROUP BY one.id
  ) AS linked
 WHERE email.id = linked.id AND email.answered_at IS DISTINCT FROM linked.latest
"""


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(OWN)
        changed = 1
        while changed:
            cursor.execute(OF_CAMPAIGN)
            changed = cursor.rowcount
            cursor.execute(OF_THREAD)
            changed += cursor.rowcount


class Migration(migrations.Migration):
    dependencies = [("emails", "0013_conversations_that_were_answered")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
