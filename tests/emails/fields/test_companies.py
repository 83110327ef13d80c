import pytest

from emails.fields.companies import friendly


@pytest.mark.parametrize(
    ("company", "said"),
    [
        ("Acme, Inc.", "Acme"), ("Acme Inc", "Acme"), ("ACME INC.", "ACME"), ("Acme,Inc.", "Acme"),
        ("Acme Corporation", "Acme"), ("Acme Corp.", "Acme"), ("Acme & Co.", "Acme"), ("Acme Co", "Acme"),
        ("Smith and Company", "Smith and Company"), ("Acme L.L.C.", "Acme"), ("Acme, LLC", "Acme"), ("Acme L.P.", "Acme"),
        ("Acme Pty Ltd", "Acme"), ("Acme Pty. Ltd.", "Acme"), ("Acme (Pty) Ltd", "Acme"), ("Acme Pvt. Ltd.", "Acme"),
        ("Acme Co., Ltd.", "Acme"), ("Acme Limited", "Acme"), ("Tesco PLC", "Tesco"), ("Acme Pte. Ltd.", "Acme"),
        ("Nordlys Energi AB", "Nordlys Energi"), ("Nordlys Energi AB (publ)", "Nordlys Energi"),
        ("Nordlys Energi AB (publ.)", "Nordlys Energi"), ("AB Volvo", "AB Volvo"), ("Ab Tak AB", "Ab Tak"),
        ("Equinor ASA", "Equinor"), ("Hansen AS", "Hansen"), ("Hansen A/S", "Hansen"), ("Lego ApS", "Lego"),
        ("Nokia Oyj", "Nokia"), ("Kone Oy Ab", "Kone"), ("Kone Oy", "Kone"),
        ("Siemens AG", "Siemens"), ("Müller GmbH", "Müller"), ("Müller GmbH & Co. KG", "Müller"),
        ("Müller GmbH & Co KGaA", "Müller"), ("Müller G.m.b.H.", "Müller"), ("Müller UG (haftungsbeschränkt)",
         "Müller UG (haftungsbeschränkt)"), ("Airbus SE", "Airbus"), ("Verein e.V.", "Verein"),
        ("Total S.A.", "Total"), ("Total SA", "Total"), ("Dupont SARL", "Dupont"), ("Dupont S.A.R.L.", "Dupont"),
        ("Dupont SAS", "Dupont"), ("Fiat S.p.A.", "Fiat"), ("Fiat SpA", "Fiat"), ("Rossi S.r.l.", "Rossi"),
        ("Philips N.V.", "Philips"), ("Philips NV", "Philips"), ("Bol B.V.", "Bol"), ("Garcia S.L.", "Garcia"),
        ("Bimbo S.A. de C.V.", "Bimbo"), ("Bimbo, S.A.P.I. de C.V.", "Bimbo"), ("Padaria Ltda.", "Padaria"),
        ("Orlen Sp. z o.o.", "Orlen"), ("Škoda a.s.", "Škoda"), ("Škoda s.r.o.", "Škoda"), ("Mol Nyrt.", "Mol"),
        ("Toyota K.K.", "Toyota"), ("Petronas Sdn. Bhd.", "Petronas"), ("Sber PJSC", "Sber"),
        # What is no legal form, or all there is.
        ("Inc.", "Inc."), ("AB", "AB"), ("", ""), ("Limited Edition", "Limited Edition"), ("Salt & Co", "Salt"),
        ("Incorporated Minds", "Incorporated Minds"), ("What It Is", "What It Is"), ("Abc Group", "Abc Group"),
        ("Bank of Santa da", "Bank of Santa da"), ("Ålesund Tak", "Ålesund Tak"), ("Co. Ltd.", "Co."), ("  Acme   Inc. ", "Acme"),
    ],
)  # fmt: skip
def test_a_company_is_called_as_people_call_it(company, said):
    assert friendly(company) == said
