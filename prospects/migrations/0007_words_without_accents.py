from django.db import migrations, models

from prospects.words import sql_that_folds

AT_A_TIME = 5000
FOLD = """
UPDATE prospects_person SET search_text = left(words_folded(search_text), 1000)
 WHERE id > %s AND id <= %s AND search_text <> words_folded(search_text)
"""


def make(apps, schema_editor):
    schema_editor.execute(sql_that_folds())


def fold(apps, schema_editor):
    """A few thousand at a time, each for itself: nobody who writes meanwhile waits for long."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM prospects_person")
        for first in range(0, cursor.fetchone()[0], AT_A_TIME):
            cursor.execute(FOLD, [first, first + AT_A_TIME])


class Migration(migrations.Migration):
    """What people are found by has no accents any more; and the function that takes them off."""

    atomic = False
    dependencies = [("prospects", "0006_last_letters_after_z")]

    operations = [
        # A longer varchar is only noted: neither the table nor its index is written anew.
        migrations.AlterField(
            model_name="person",
            name="search_text",
            field=models.CharField(editable=False, max_length=1000),
        ),
        # Kept when it is taken back: what was written before this can do with it.
        migrations.RunPython(make, migrations.RunPython.noop),
        migrations.RunPython(fold, migrations.RunPython.noop, elidable=True),
    ]
