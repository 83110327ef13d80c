"""Invented people and companies, by the part of the world that they sound like."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """Names that belong together; `share` is how many of 100 people are from there."""

    share: int
    phone: str
    first: tuple[str, ...]
    last: tuple[str, ...]
    companies: tuple[tuple[str, str], ...]  # name, domain without .example


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SWEDEN = Region(
    24,
    "+46 8 5050 {}",
    _words(
        "Maria Jonas Karin Ola Lena Ida Greta Elin Åsa Björn Göran Märta Nils Sofie Viktor Hanna"
        " Oskar Ebba Linnéa Fredrik Maja Johan Agnes Emil Cecilia Anders Klara Axel Ylva Mattias"
    ),
    _words(
        "Sandberg Wik Holm Nyberg Fors Berg Lund Lindqvist Åkesson Björklund Sjöberg Hellström"
        " Norén Ekman Öberg Forsberg Lundgren Wallin Engström Dahlin Sundström Nordin Hedlund"
    ),
    (
        ("Nordlys Energi", "nordlys"),
        ("Fjällvik Retail", "fjallvik"),
        ("Stadsbyggarna", "stadsbyggarna"),
        ("Vattenkraft", "vattenkraft"),
        ("Gruvan AB", "gruvan"),
        ("Havsvind", "havsvind"),
        ("Skog & Mark", "skogmark"),
        ("Mälardalens Logistik", "malarlogistik"),
        ("Klippan Papper", "klippanpapper"),
        ("Lyktan Försäkring", "lyktan"),
    ),
)
NORWAY = Region(
    10,
    "+47 22 00 {}",
    _words(
        "Erik Ingrid Lars Solveig Magnus Kari Håkon Silje Øystein Astrid Terje Marit Henrik Liv"
    ),
    _words("Dahl Hansen Solberg Bakke Haugen Strand Moen Lie Nygård Brekke Fossum Aasen"),
    (
        ("Polar Logistics", "polarlogistics"),
        ("Fjordbygg", "fjordbygg"),
        ("Bergen Havbruk", "bergenhavbruk"),
        ("Vidda Kraft", "viddakraft"),
    ),
)
DENMARK = Region(
    9,
    "+45 33 10 {}",
    _words("Mette Rasmus Sofie Søren Freja Kasper Ida Mikkel Anne Jesper Birgitte Frederik"),
    _words("Nielsen Kjær Østergaard Møller Lauritsen Thomsen Holst Bruun Skov Winther"),
    (
        ("Vestkyst Vind", "vestkystvind"),
        ("Havnens Handel", "havnenshandel"),
        ("Kronborg Pharma", "kronborgpharma"),
        ("Fynbo Fødevarer", "fynbo"),
    ),
)
FINLAND = Region(
    7,
    "+358 9 420 {}",
    _words("Aino Eero Helmi Mikko Laura Juhani Päivi Antti Outi Ville Saara Jukka"),
    _words("Virtanen Korhonen Mäkinen Niemi Koskinen Laine Heikkilä Järvinen Salo Lehtonen"),
    (("Saimaa Paper", "saimaapaper"), ("Kuusi Design", "kuusi"), ("Lumi Telecom", "lumitelecom")),
)
GERMANY = Region(
    17,
    "+49 40 555 {}",
    _words(
        "Tom Lukas Noah Anja Jürgen Katrin Felix Sabine Jörg Leonie Matthias Ulrike Stefan Heike"
        " Moritz Franziska Thorsten Greta Rainer Nadine"
    ),
    _words(
        "Becker Meyer Klein Schröder Weiß Krüger Hoffmann Köhler Brandt Vogel Lorenz Böhm Sauer"
        " Winkler Jäger Albrecht"
    ),
    (
        ("Rheinwerk GmbH", "rheinwerk"),
        ("Alpen Software", "alpensoftware"),
        ("Klein & Söhne", "kleinundsoehne"),
        ("Elbe Maschinenbau", "elbemaschinen"),
        ("Hansekontor", "hansekontor"),
        ("Spreewerk Digital", "spreewerk"),
        ("Isar Medizintechnik", "isarmed"),
    ),
)
SPAIN = Region(
    12,
    "+34 91 555 {}",
    _words(
        "Sofía Rosa Javier Lucía Álvaro Carmen Diego Inés Pablo Nuria Sergio Elena Íñigo Marta"
        " Raúl Begoña"
    ),
    _words(
        "Costa Díaz Romero García Núñez Ortega Vidal Herrero Peña Iglesias Muñoz Serrano Ibáñez"
    ),
    (
        ("Mar Azul", "marazul"),
        ("Sol y Mar", "solymar"),
        ("Olivares del Sur", "olivaresdelsur"),
        ("Puerto Norte", "puertonorte"),
        ("Azahar Hoteles", "azahar"),
    ),
)
FRANCE_AND_ITALY = Region(
    12,
    "+33 1 55 {}",
    _words(
        "Chloé Marco Élodie Giulia Thibault Francesca Mathis Chiara Aurélie Lorenzo Camille Paolo"
        " Benoît Alessia"
    ),
    _words(
        "Martin Bianchi Lefèvre Rossi Garnier Conti Chevalier Moretti Dubois Ferrari Roux Greco"
    ),
    (
        ("Atelier Nord", "ateliernord"),
        ("Torino Parts", "torinoparts"),
        ("Brasserie Lumière", "lumiere"),
        ("Venezia Vetro", "veneziavetro"),
        ("Bureau Bleu", "bureaubleu"),
    ),
)
ELSEWHERE = Region(
    9,
    "+44 20 7946 {}",
    _words("Priya Amina Ben Peter Yuki Olu Grace Daniel Mei Samuel Zofia Tomasz Hannah Ravi"),
    _words("Nair Yusuf Ortiz Novak Tanaka Adeyemi Walker Kowalski Chen Okafor Patel Murphy"),
    (
        ("Helix Labs", "helixlabs"),
        ("Savanna Bank", "savannabank"),
        ("Coastline Media", "coastline"),
        ("Bohemia Steel", "bohemiasteel"),
        ("Kobe Robotics", "koberobotics"),
        ("Lagos Fintech", "lagosfintech"),
    ),
)
REGIONS = (SWEDEN, NORWAY, DENMARK, FINLAND, GERMANY, SPAIN, FRANCE_AND_ITALY, ELSEWHERE)

TITLES = (
    "Head of Operations",
    "Chief Operating Officer",
    "Operations Manager",
    "Head of People",
    "HR Business Partner",
    "Managing Director",
    "Head of IT",
    "IT Manager",
    "Finance Director",
    "Head of Procurement",
    "Purchasing Manager",
    "Site Manager",
    "Plant Manager",
    "Head of Customer Service",
    "Project Manager",
    "Head of Digital",
    "Training Coordinator",
)
SOURCES = ("Trade fair", "Website", "Referral", "LinkedIn", "Webinar", "Partner", "")

# Whom the first rep has heard of today: first and last name, company, region.
KNOWN = (
    ("Maria", "Sandberg", "Nordlys Energi", SWEDEN),
    ("Jonas", "Wik", "Fjällvik Retail", SWEDEN),
    ("Priya", "Nair", "Helix Labs", ELSEWHERE),
    ("Tom", "Becker", "Rheinwerk GmbH", GERMANY),
    ("Sofía", "Costa", "Mar Azul", SPAIN),
    ("Erik", "Dahl", "Polar Logistics", NORWAY),
    ("Amina", "Yusuf", "Savanna Bank", ELSEWHERE),
    ("Lukas", "Meyer", "Alpen Software", GERMANY),
    ("Chloé", "Martin", "Atelier Nord", FRANCE_AND_ITALY),
    ("Ben", "Ortiz", "Coastline Media", ELSEWHERE),
    ("Ida", "Berg", "Stadsbyggarna", SWEDEN),
    ("Marco", "Bianchi", "Torino Parts", FRANCE_AND_ITALY),
    ("Karin", "Holm", "Vattenkraft", SWEDEN),
    ("Ola", "Nyberg", "Gruvan AB", SWEDEN),
    ("Rosa", "Díaz", "Sol y Mar", SPAIN),
    ("Peter", "Novak", "Bohemia Steel", ELSEWHERE),
    ("Lena", "Fors", "Skog & Mark", SWEDEN),
)
