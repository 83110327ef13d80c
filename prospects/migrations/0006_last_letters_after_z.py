from django.db import migrations


class Migration(migrations.Migration):
    """å, ä and ö were stored as z1, z2 and z3, which stand before “Zebra”."""

    dependencies = [("prospects", "0005_consent_history")]

    operations = [
        migrations.RunSQL(
            r"""UPDATE prospects_person SET sort_name = left(regexp_replace(sort_name, 'z([123])', 'zz\1', 'g'), 200)
                 WHERE sort_name ~ 'z[123]'""",
            r"""UPDATE prospects_person SET sort_name = regexp_replace(sort_name, 'zz([123])', 'z\1', 'g')
                 WHERE sort_name ~ 'zz[123]'""",
        )
    ]
