import gettext
import shutil
import subprocess

import pytest

from commandcenter import catalogues

PO = r"""
# Translators' words
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

#: somewhere.py:3
msgid "Delivered"
msgstr "Levererat"

msgctxt "person"
msgid "Sent"
msgstr "Skickat till \"%(name)s\"\n"
"på nästa rad"

msgid "%(count)d email"
msgid_plural "%(count)d emails"
msgstr[0] "%(count)d mejl"
msgstr[1] "%(count)d mejl (flera)"

#, fuzzy, python-format
msgid "Guessed"
msgstr "Gissat"

#, python-format
msgid "Untranslated"
msgstr ""

#, fuzzy
#~ msgid "Gone"
#~ msgstr "Borta"

msgid "Kept"
msgstr "Kvar"
"""


@pytest.fixture
def po(tmp_path):
    folder = tmp_path / "sv" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(PO, encoding="utf-8")
    return folder / "django.po"


def test_compiled_catalogues_are_read_by_pythons_gettext(po):
    with catalogues.compile_file(po).open("rb") as file:
        words = gettext.GNUTranslations(file)

    assert words.gettext("Delivered") == "Levererat"
    assert words.gettext("Kept") == "Kvar"
    assert words.pgettext("person", "Sent") == 'Skickat till "%(name)s"\npå nästa rad'
    assert words.ngettext("%(count)d email", "%(count)d emails", 1) == "%(count)d mejl"
    assert words.ngettext("%(count)d email", "%(count)d emails", 2) == "%(count)d mejl (flera)"


def test_what_is_fuzzy_untranslated_or_obsolete_stays_in_the_original(po):
    assert {"Guessed", "Untranslated", "Gone"}.isdisjoint(catalogues.parse(PO))


def test_messages_are_those_that_msgfmt_takes(po, tmp_path):
    if not shutil.which("msgfmt"):
        pytest.skip("gettext's programs are not here")
    theirs = tmp_path / "theirs.mo"
    subprocess.run(["msgfmt", "-o", theirs, po], check=True)

    with theirs.open("rb") as file, catalogues.compile_file(po).open("rb") as own:
        assert gettext.GNUTranslations(own)._catalog == gettext.GNUTranslations(file)._catalog


def test_only_what_changed_is_compiled(po, tmp_path):
    assert catalogues.compile_all(tmp_path) == 1
    assert catalogues.compile_all(tmp_path) == 0


def test_a_broken_line_is_named(tmp_path):
    with pytest.raises(catalogues.BrokenCatalogue, match="sv.po, line 2"):
        catalogues.parse('msgid "One"\nmsgstr "Ett', "sv.po")
