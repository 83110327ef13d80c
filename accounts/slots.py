from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ui.navigation import menu_link
from ui.slots import slot


@slot("settings-menu", order=90)
def team(request: HttpRequest, _about: object) -> SafeString:
    if not request.user.is_authenticated or not request.user.is_admin:
        return SafeString()
    return menu_link(request, "accounts:team", _("Team"))
