from django.db import migrations

# Subjects had no fields until now: what stands on the row is what was written.
FILL = """
UPDATE emails_emailcontent AS content SET subject = email.subject
  FROM emails_email AS email WHERE email.id = content.email_id AND content.subject = ''
"""


class Migration(migrations.Migration):

    dependencies = [
        ('emails', '0002_subjects_as_written'),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
