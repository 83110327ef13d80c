from django.db import migrations, models


class Migration(migrations.Migration):
    """Lets the nightly pruning find its events without reading all the others."""

    dependencies = [("emails", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("data__has_key", "ip")),
                fields=["recorded_at"],
                name="events_with_details",
            ),
        ),
    ]
