from django.db import migrations

AT_A_TIME = 5000
CONTENTS = """
UPDATE emails_emailcontent SET search_text = left(words_folded(search_text), 1200)
 WHERE email_id > %s AND email_id <= %s AND search_text <> words_folded(search_text)
"""
TEMPLATES = """
UPDATE emails_template SET search_text = words_folded(search_text)
 WHERE search_text <> words_folded(search_text)
"""


def fold(apps, schema_editor):
    """A few thousand at a time, each for itself: nobody who sends meanwhile waits for long."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(email_id), 0) FROM emails_emailcontent")
        for first in range(0, cursor.fetchone()[0], AT_A_TIME):
            cursor.execute(CONTENTS, [first, first + AT_A_TIME])
        cursor.execute(TEMPLATES)


class Migration(migrations.Migration):
    """What emails and templates are found by has no accents any more."""

    atomic = False
    dependencies = [
        ("emails", "0015_what_searches_read"),
        ("prospects", "0007_words_without_accents"),
    ]

    operations = [migrations.RunPython(fold, migrations.RunPython.noop, elidable=True)]
