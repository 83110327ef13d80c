from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Concat


def whole_addresses(apps, _editor):
    """What was the query of the search page is its address."""
    runs = apps.get_model("search", "Run").objects.exclude(page="")
    runs.update(page=Concat(Value("/search/?"), F("page")))


def queries(apps, _editor):
    for run in apps.get_model("search", "Run").objects.exclude(page=""):
        run.page = run.page.partition("?")[2]
        run.save(update_fields=["page"])


class Migration(migrations.Migration):
    dependencies = [("search", "0003_many_people")]

    operations = [migrations.RunPython(whole_addresses, queries)]
