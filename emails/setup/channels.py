"""Channels: one's own SMTP servers, and the team's, which admins look after."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from ui.notices import tell

from ..models import Channel
from .connecting import connect
from .forms import ChannelForm
from .states import of_channel


@require_safe
def channels(request: SignedInRequest) -> HttpResponse:
    """What one can send through, and how each is doing."""
    changeable = set(Channel.changeable_by(request.user))
    shown = [
        (channel, of_channel(channel), channel in changeable)
        for channel in Channel.seen_by(request.user)
    ]
    return render(request, "setup/channels.html", {"channels": shown})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """A new server: saved, and tried at once."""
    form = ChannelForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        channel = form.keep()
        _serve(request, channel)
        return _connect(request, channel)
    return _form(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a server and try it; what is wrong with it stands beside the field."""
    channel = get_object_or_404(Channel.changeable_by(request.user), pk=pk)
    name = channel.name
    if request.method != "POST":
        return _form(request, ChannelForm.shown(request.user, channel), channel, name)
    form = ChannelForm(request.user, request.POST, instance=channel)
    if not form.is_valid():
        return _form(request, form, channel, name, status=422)
    return _connect(request, form.keep())


@require_POST
def try_now(request: SignedInRequest, pk: int) -> HttpResponse:
    """Connect with what is stored; if that works, what waits goes on."""
    return _connect(request, get_object_or_404(Channel.changeable_by(request.user), pk=pk))


@require_POST
def pause(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send nothing more through it for now."""
    channel = get_object_or_404(Channel.changeable_by(request.user), pk=pk)
    channel.pause()
    tell(request, _("“%(channel)s” is paused; its emails wait.") % {"channel": channel})
    return redirect("setup:channels")


@require_POST
def resume(request: SignedInRequest, pk: int) -> HttpResponse:
    """Go on at once, paused or resting."""
    channel = get_object_or_404(Channel.changeable_by(request.user), pk=pk)
    channel.release()
    tell(request, _("“%(channel)s” goes on.") % {"channel": channel})
    return redirect("setup:channels")


@require_POST
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete a channel that no email went through."""
    channel = get_object_or_404(Channel.changeable_by(request.user), pk=pk)
    if channel.remove():
        tell(request, _("“%(channel)s” was removed.") % {"channel": channel})
    else:
        said = _("Emails go or went through “%(channel)s”: it stays. Pause it instead.")
        tell(request, said % {"channel": channel}, level=messages.ERROR)
    return redirect("setup:channels")


def _form(
    request: SignedInRequest,
    form: ChannelForm,
    channel: Channel | None = None,
    name: str = "",
    status: int = 0,
) -> HttpResponse:
    context = {"form": form, "channel": channel, "name": name}
    status = status or (422 if form.errors and channel is None else 200)
    return render(request, "setup/channel.html", context, status=status)


def _connect(request: SignedInRequest, channel: Channel) -> HttpResponse:
    if connect(channel):
        tell(request, _("“%(channel)s” works.") % {"channel": channel})
        return redirect("setup:channels")
    said = _("“%(channel)s” is saved, but it does not connect.") % {"channel": channel}
    tell(request, said, level=messages.WARNING)
    return redirect("setup:channel", channel.pk)


def _serve(request: SignedInRequest, channel: Channel) -> None:
    if count := channel.serve_if_only():
        said = ngettext(
            "%(count)s identity without a channel uses it now.",
            "%(count)s identities without a channel use it now.",
            count,
        )
        tell(request, said % {"count": count})
