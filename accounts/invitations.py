"""Letting somebody in: a link by mail with which they choose their password."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from . import system_mail
from .models import User


def link_for(user: User) -> str:
    """A link that sets `user`'s password once, for PASSWORD_RESET_TIMEOUT seconds."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return settings.BASE_URL + reverse("account_reset_password_from_key", kwargs=key)


def invite(user: User, by: User) -> None:
    """Mail such a link to `user`. Raises system_mail.NotSent."""
    context = {
        "user": user,
        "by": by,
        "link": link_for(user),
        "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 3600),
        "sign_in": settings.BASE_URL,
    }
    system_mail.send(user.email, "accounts/mail/invitation.txt", context, language=user.language)
