"""Which emails are due, asked so that it costs the same whatever else waits.

What is due is found in the index `emails_due` (channel, owner, lane, send_at): a loose scan steps from
sender to sender, and each one's lanes are looked up in that index's own order. Every part asks in that
order, else the planner goes through all that a sender ever wrote, or through a whole backlog.
"""

from .vocabulary import Lane

# The condition of the index: scheduled, in a folder, and not part of something that is paused.
WAITING = "status = 'scheduled' AND removed_at IS NULL AND NOT on_hold"
# Its time has come, and nobody has it.
FREE = f"""{WAITING} AND send_at <= statement_timestamp()
    AND (lease_until IS NULL OR lease_until <= statement_timestamp())"""
LANES = f"unnest(ARRAY[{','.join(map(str, Lane.values))}]) AS lane(number)"


def senders_of(channel: str) -> str:
    """SQL: `owner_id` of each sender with something due on `channel`, an SQL expression."""
    return f"""
WITH RECURSIVE senders AS (
    (SELECT owner_id FROM emails_email
      WHERE channel_id = {channel} AND {WAITING}
      ORDER BY owner_id, lane, send_at, id LIMIT 1)
    UNION ALL
    SELECT (SELECT owner_id FROM emails_email
             WHERE channel_id = {channel} AND {WAITING} AND owner_id > senders.owner_id
             ORDER BY owner_id, lane, send_at, id LIMIT 1)
      FROM senders WHERE senders.owner_id IS NOT NULL
)
SELECT owner_id FROM senders
 WHERE owner_id IS NOT NULL AND EXISTS (
    SELECT FROM {LANES}, LATERAL (
        SELECT FROM emails_email
         WHERE channel_id = {channel} AND owner_id = senders.owner_id AND lane = lane.number
           AND {FREE}
         ORDER BY send_at, id LIMIT 1) AS due)
"""  # noqa: S608 - put together from words of this file alone
