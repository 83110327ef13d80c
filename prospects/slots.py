from django.utils.translation import gettext_lazy as _

from ui.navigation import Entry, add

add(Entry(_("People"), icon="users", url="people:home", section="people", order=40, phone=True))
