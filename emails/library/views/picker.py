"""Templates in the compose window: found there, and put into the email."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.categories.shelves import shelves
from accounts.requests import SignedInRequest

from ...models import Category, Template, Uses
from ..searching import TemplateSearch

# So many stand in the picker; who looks for more narrows it down.
SHOWN = 30
# So many stand beside the text.
BESIDE = 5


@require_safe
@never_cache
def panel(request: SignedInRequest) -> HttpResponse:
    """The inside of the picker as it opens."""
    context = _matching(request) | {"shelves": shelves(Category, request.user)}
    return render(request, "templates/_panel.html", context)


@require_safe
@never_cache
def beside(request: SignedInRequest) -> HttpResponse:
    """The few that stand beside the text of an email: favourites first, then those used last."""
    seen = Template.seen_by(request.user).for_list().starred_for(request.user)
    templates = list(seen.with_last_use().favourites_first(then="-used_at")[:BESIDE])
    Uses.put_beside(templates)
    return render(request, "templates/_beside.html", {"templates": templates})


@require_safe
@never_cache
def found(request: SignedInRequest) -> HttpResponse:
    """The templates that a search in the picker finds."""
    return render(request, "templates/_found.html", _matching(request))


@require_safe
@never_cache
def text(request: SignedInRequest, pk: int) -> HttpResponse:
    """What a template says, and what an email that is made with it hands back to us."""
    template = get_object_or_404(Template.seen_by(request.user), pk=pk)
    latest = template.latest
    return JsonResponse(
        {
            "ticket": latest.ticket_for(request.user),
            "name": latest.name,
            "subject": latest.subject,
            "html": latest.html,
        }
    )


def _matching(request: SignedInRequest) -> dict[str, object]:
    """What is asked for, favourites first, each with its figures."""
    search = TemplateSearch(request.user, request.GET)
    matching = search.found().for_list().starred_for(request.user).favourites_first()
    templates = list(matching[: SHOWN + 1])
    Uses.put_beside(templates)
    return {"templates": templates[:SHOWN], "more": len(templates) > SHOWN, "search": search}
