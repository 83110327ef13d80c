"""Forms for identities and channels."""

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from prospects.addresses import checked

from ..models import Channel, Identity
from .connecting import field_of, told
from .signatures import SignatureField

if TYPE_CHECKING:
    from accounts.models import User

HOST = re.compile(r"[^\s/:@\\\[\]<>\"'%?#]+|\[?[0-9A-Fa-f:.]+\]?")


class IdentityForm(forms.ModelForm):
    """A name and address to write from; the address stays once it is verified."""

    address = forms.CharField(
        label=_("Email"), max_length=320, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    signature = SignatureField(
        label=_("Signature"),
        required=False,
        strip=False,
        help_text=_("Added once below each email, or where {{my_signature}} stands in it."),
    )

    class Meta:
        model = Identity
        fields = ["name", "address", "channel", "signature"]

    def __init__(self, user: "User", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        channels = Channel.seen_by(user)
        field: forms.ModelChoiceField = self.fields["channel"]  # type: ignore[assignment]
        field.queryset, field.empty_label = channels, str(_("none yet"))
        if not self.instance.pk:
            self.initial["name"] = user.name
            if len(channels) == 1:
                self.initial["channel"] = channels[0]
        if self.instance.is_verified:
            self.fields["address"].disabled = True
            self.fields["address"].help_text = _("For another address make another identity.")

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_address(self) -> str:
        if self.instance.is_verified:
            return self.instance.address
        address = checked(self.cleaned_data["address"])
        others = self.user.identities.exclude(pk=self.instance.pk)
        if others.with_address(address).exists():
            raise ValidationError(_("You have an identity with this address already."))
        if not self.instance.pk and others.unverified().count() >= Identity.MOST_WAITING:
            raise ValidationError(_("Confirm the addresses that wait before you add another one."))
        return address

    def keep(self) -> bool:
        """Save it; returns whether its address is to be verified now."""
        self.instance.owner = self.user
        moved = "address" in self.changed_data and not self.instance.is_verified
        if moved:
            self.instance.asked_at = None  # a link to another address says nothing of this one
        self.save()
        return moved


class ChannelForm(forms.ModelForm):
    """An SMTP server. Its password goes in and never comes back out."""

    name = forms.CharField(
        label=_("Name"), max_length=100, required=False, help_text=_("Empty: as the server.")
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    port = forms.IntegerField(
        label=_("Port"),
        initial=587,
        validators=[MinValueValidator(1), MaxValueValidator(65535)],
        help_text=_("Usually 587 with STARTTLS, 465 with TLS."),
    )
    sessions = forms.IntegerField(
        label=_("Connections at once"),
        initial=2,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )
    for_team = forms.BooleanField(label=_("The whole team may send through it"), required=False)

    class Meta:
        model = Channel
        fields = [
            "name",
            "host",
            "port",
            "security",
            "username",
            "password",
            "sessions",
            "per_minute",
        ]
        help_texts = {
            "per_minute": _("Empty: as fast as the server takes them."),
            "username": _("Empty: the server wants none."),
        }

    def __init__(self, user: "User", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.had = {name: getattr(self.instance, name) for name in (*SECRET_GOES_TO, "password")}
        self.initial.pop("password", None)
        is_teams = bool(self.instance.pk and not self.instance.owner_id)
        if is_teams or not user.is_admin:
            del self.fields["for_team"]  # the team's stays the team's: others send through it
        if self.had["password"]:
            self.fields["password"].help_text = _("Empty: the one that is stored stays.")

    @classmethod
    def shown(cls, user: "User", channel: Channel) -> "ChannelForm":
        """The form of a stored channel; what its last test found wrong stands beside its field."""
        form = cls(user, instance=channel)
        if channel.reason and not channel.connected_at:
            form = cls(user, form.initial, instance=channel)
            form.is_valid()
            form.add_error(field_of(channel.reason), told(channel))
        return form

    def clean_host(self) -> str:
        host: str = self.cleaned_data["host"].strip().rstrip(".").lower()
        if not HOST.fullmatch(host):
            raise ValidationError(
                _("Only the server's name or IP address, such as smtp.example.com.")
            )
        return host.strip("[]")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("name"):
            cleaned["name"] = cleaned.get("host", "")[:100]
        if not cleaned.get("username"):
            cleaned["password"] = ""
        elif not cleaned.get("password"):
            cleaned["password"] = self.had["password"]
            if self.had["password"] and self._secret_would_go_elsewhere(cleaned):
                # Else whoever may change a channel could have its password sent to themselves.
                self.add_error("password", _("Type the password again: the server has changed."))
            elif not self.had["password"]:
                self.add_error("password", _("A user name needs its password."))
        return cleaned

    def _secret_would_go_elsewhere(self, cleaned: dict[str, Any]) -> bool:
        return any(name in cleaned and cleaned[name] != self.had[name] for name in SECRET_GOES_TO)

    def keep(self) -> Channel:
        """Save it, the user's own or, by an admin's tick, the team's."""
        if "for_team" in self.fields and self.cleaned_data["for_team"]:
            self.instance.owner = None
        elif not self.instance.pk:
            self.instance.owner = self.user
        channel: Channel = self.save()
        return channel


# What decides to whom a stored password is told, and whether others can overhear it.
SECRET_GOES_TO = ("host", "port", "security", "username")
