"""The way in for a CSV file: upload it, name its columns, see what became of every row."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import SignedInRequest

from ..import_forms import MappingForm, UploadForm
from ..models import PeopleImport

# So many refused rows stand on the page; all of them are in the file that is given back.
SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SignedInRequest) -> HttpResponse:
    """Take the file."""
    posted = request.method == "POST"
    form = UploadForm(request.user, *([request.POST, request.FILES] if posted else []))
    if posted and form.is_valid() and form.upload:
        return redirect(reverse("people:import", args=[form.upload.pk], query=request.GET))
    return render(request, "people/upload.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def bring_in(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask what the columns mean and bring the people in; once that is done, tell what came of it."""
    found = get_object_or_404(request.user.imports, pk=pk)
    if found.is_done:
        return _outcome(request, found)
    form = MappingForm(found, request.POST or None, initial={"group": request.GET.get("group")})
    if request.method == "POST" and form.is_valid() and (form.run() or not form.errors):
        return redirect("people:import", pk)
    context = {"form": form, "import": found}
    return render(request, "people/columns.html", context, status=422 if form.errors else 200)


@require_safe
def bad_rows(request: SignedInRequest, pk: int) -> HttpResponse:
    """The refused rows as a file, to be mended and uploaded again."""
    found = get_object_or_404(request.user.imports.done(), pk=pk)
    response = HttpResponse(found.bad_rows_file(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, _("rows-to-mend.csv"))
    return response


def _outcome(request: SignedInRequest, found: PeopleImport) -> HttpResponse:
    problems = found.problems(SHOWN)
    more = len(found.refused) - len(problems)
    context = {"import": found, "problems": problems, "more": more}
    return render(request, "people/imported.html", context)
