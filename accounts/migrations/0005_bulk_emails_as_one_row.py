from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_unsubscribe_messages'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='rolls_up_bulk_emails',
            field=models.BooleanField(default=False, help_text='In the folders a bulk email is one row; otherwise each of its emails is one.', verbose_name='bulk emails as one row'),
        ),
    ]
