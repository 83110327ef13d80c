"""A company's name as people say it: “Nordlys Energi” for “Nordlys Energi AB (publ)”."""

import re

# Legal forms, as they end names. Dots and spaces between letters are as people please.
_FORMS = """
    inc incorporated corp corporation co company llc llp lp pllc pc ltd limited plc cic
    gmbh mbh ag kg ohg ug se kgaa eg ev gbr gmbh&cokg gmbh&co ag&cokg
    ab hb kb as asa ans da aps is ps oy oyj abp ab(publ) publ ehf hf
    sa sas sarl sàrl sasu eurl snc sca spa srl srls bv nv vof cv bvba sprl
    sl slu sau slne sc lda ltda eireli sgps sadecv sapidecv
    spzoo spj sro as doo dd kft zrt nyrt rt eood ood ad srlu uab sia oü ou
    pty ptyltd pvt pvtltd pte pteltd sdn sdnbhd bhd kk gk pt tbk
    jsc ojsc pjsc cjsc llc ooo oao zao
"""
_KNOWN = frozenset(_FORMS.split())
_SPELLED = re.compile(r"[.\s,()/]")
# Short words that also end ordinary names count only as they are written in names of companies.
_ONLY_AS = {
    "co": {"Co", "Co.", "CO"}, "company": {"Company", "COMPANY"}, "is": {"I/S"}, "as": {"AS", "A/S", "a.s.", "as"},
    "da": {"DA"}, "ad": {"AD"}, "ou": {"OU", "OÜ"}, "pt": {"PT"}, "se": {"SE"}, "sc": {"SC", "S.C."},
    "pc": {"PC", "P.C."}, "lp": {"LP", "L.P."}, "cv": {"CV", "C.V."}, "ev": {"e.V.", "eV"}, "eg": {"eG"},
    "dd": {"d.d.", "DD"}, "ps": {"P/S"}, "hf": {"hf.", "HF", "hf"}, "rt": {"Rt.", "RT"},
    "ug": {"UG"}, "sau": {"SAU", "S.A.U."}, "ans": {"ANS"}, "sia": {"SIA"}, "sl": {"SL", "S.L."},
    "sa": {"SA", "S.A.", "S.A", "S/A"}, "ag": {"AG", "Ag"}, "kg": {"KG"}, "gk": {"GK"}, "kk": {"KK", "K.K."},
    "corp": {"Corp", "Corp.", "CORP", "corp."}, "limited": {"Limited", "LIMITED"},
}  # fmt: skip


def friendly(company: str) -> str:
    """`company` without “, Inc.”, “AB”, “GmbH & Co. KG” and their kin at its end.

    A name that is nothing else stays as it is.
    """
    name = " ".join(company.split())
    while True:
        shorter = _without_a_form(name)
        if shorter == name:
            return name
        name = shorter


def _without_a_form(name: str) -> str:
    words = name.split(" ")
    for count in range(min(6, len(words) - 1), 0, -1):
        head, tail = " ".join(words[:-count]), " ".join(words[-count:])
        kept = head.rstrip(" ,;&-–+")
        if kept and not kept.endswith(" and") and _is_form(tail):
            return kept
    if "," in name:
        head, _comma, tail = name.rpartition(",")
        if _is_form(tail.strip()) and head.strip():
            return head.strip()
    return name


def _is_form(words: str) -> bool:
    spelled = _SPELLED.sub("", words.strip("()")).casefold()
    if spelled not in _KNOWN:
        return False
    allowed = _ONLY_AS.get(spelled)
    return allowed is None or words.strip("(),") in allowed
