"""What this app adds to the pages of all."""

from django.utils.translation import gettext_lazy as _

from ui.navigation import Entry, add

add(Entry(_("Emails"), icon="mail", url="emails:home", section="emails", order=20, phone=True))
