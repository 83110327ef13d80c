"""The link that is mailed to an identity's address: whoever follows it reads that mailbox."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts import system_mail

from ..models import Identity

SALT = "emails.identity"
VALID_FOR = timedelta(days=3)


def token_for(identity: Identity) -> str:
    """A token that holds for this identity with this very address."""
    return signing.dumps([identity.pk, identity.address], salt=SALT)


def identity_of(token: str) -> Identity | None:
    """Whose token it is; None if it is forged, too old, or of another address than now."""
    try:
        pk, address = signing.loads(token, salt=SALT, max_age=VALID_FOR)
    except signing.BadSignature:
        return None
    found = Identity.objects.filter(pk=pk).select_related("owner").first()
    return found if found and found.address == address else None


def ask(identity: Identity) -> bool:
    """Mail the link to the identity's address; False if one was mailed a moment ago.

    Raises accounts.system_mail.NotSent.
    """
    if not identity.ask():
        return False
    link = settings.BASE_URL + reverse("setup:verify", args=[token_for(identity)])
    context = {"identity": identity, "link": link, "days": VALID_FOR.days}
    language = identity.owner.language
    try:
        system_mail.send(identity.address, "setup/mail/verify.txt", context, language=language)
    except system_mail.NotSent:
        identity.unask()
        raise
    return True
