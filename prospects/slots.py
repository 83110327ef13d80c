from django.utils.translation import gettext_lazy as _

from ui import columns
from ui.navigation import Entry, add

from .columns import COLUMNS, PEOPLE, own_columns

add(Entry(_("People"), icon="users", url="people:home", section="people", order=40, phone=True))

for column in COLUMNS:
    columns.add(PEOPLE, column)
columns.also(PEOPLE, own_columns)
