import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("prospects", "0006_last_letters_after_z"),
        ("emails", "0015_what_searches_read"),
        ("search", "0002_many_emails"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="run",
            options={
                "verbose_name": "action with many",
                "verbose_name_plural": "actions with many",
            },
        ),
        migrations.RenameField(model_name="run", old_name="query", new_name="page"),
        migrations.AddField(
            model_name="run",
            name="doing",
            field=models.CharField(default="emails", max_length=30),
        ),
        migrations.AddField(
            model_name="run",
            name="told",
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name="runrow",
            name="email",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="emails.email",
            ),
        ),
        migrations.AddField(
            model_name="runrow",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="prospects.person",
            ),
        ),
        migrations.AddField(
            model_name="runrow",
            name="before",
            field=models.JSONField(default=dict),
        ),
        migrations.AddConstraint(
            model_name="runrow",
            constraint=models.UniqueConstraint(
                fields=("run", "person"), name="person_once_in_a_run"
            ),
        ),
        migrations.AddConstraint(
            model_name="runrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", None), ("person", None), _connector="XOR"),
                name="email_or_person",
            ),
        ),
    ]
