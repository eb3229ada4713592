"""Companies, streets, towns and jobs of the generated book; company number n is always the same company."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TITLES: Final = (
    "Einkauf", "Vertrieb", "Geschäftsführung", "Buchhaltung", "Support", "Entwicklung", "Logistik", "Marketing",
    "Personal", "Produktion", "Qualitätssicherung", "Konstruktion", "Lager", "Versand", "Controlling",
    "Rechtsabteilung", "Empfang", "Arbeitsvorbereitung", "IT-Betrieb", "Forschung", "Service", "Kundendienst",
    "Montage", "Projektleitung", "Finanzen", "Export", "Werkstatt", "Labor", "Planung", "Öffentlichkeitsarbeit",
)  # fmt: skip
ROLES: Final = (
    "Leitung {}", "Leiter {}", "Leiterin {}", "Sachbearbeiterin {}", "Sachbearbeiter {}", "Assistenz {}",
    "Referentin {}", "Teamleiter {}", "Stellvertretende Leitung {}", "Auszubildender {}", "Meister {}", "Manager {}",
    "Spezialistin {}",
)  # fmt: skip
FORMS: Final = (
    "GmbH",
    "GmbH",
    "GmbH",
    "AG",
    "KG",
    "GmbH & Co. KG",
    "GmbH & Co. KG",
    "e.K.",
    "SE",
    "OHG",
    "UG",
    "Ltd.",
    "S.p.A.",
)
_TRADES = _names("""
Bau Technik Logistik Medien Werke Elektrotechnik Maschinenbau Metallbau Holzbau Sanitär Haustechnik Software Systeme
Consulting Immobilien Verlag Druck Textil Möbel Getränke Backwaren Pharma Medizintechnik Optik Kunststoffe Papier
Transporte Spedition Reisen Versicherungen Steuerberatung Architekten Automobile Reifen Energie Solar Umwelttechnik
Gartenbau Landmaschinen Lebensmittel Feinkost Verpackung Werkzeuge Messtechnik Automation Steuerungen Gebäudereinigung
""")
_BRAND_STARTS = _names("""
Nova Medi Bau Inno Tele Euro Inter Trans Uni Pro Data Net Opti Poly Termo Hydro Agri Alpi Rhein Nord Süd West Ost Isar
Aero Auto Bio Cargo Digi Eco Flexi Gra Hansa Ikar Juve Kera Lumi Metro Neo Omni Pano Quanti Regio Sani Tecno Ultra Vari
Vita Xeno Zeta Astra Bavaria Centra Delta Elektro Ferro Globo Helio
""")
_BRAND_ENDS = _names("""
tec soft tron plan log med bau vent form print lux therm dyn gas pack chem flor mobil net control service invest finanz
media trade pharma line mat plast star san cord metall werk sys cons
""")
_TOWNS = _names("""
Berlin Hamburg München Köln Frankfurt Stuttgart Düsseldorf Leipzig Dortmund Essen Bremen Dresden Hannover Nürnberg
Duisburg Bochum Wuppertal Bielefeld Bonn Münster Mannheim Karlsruhe Augsburg Wiesbaden Mönchengladbach Gelsenkirchen
Aachen Braunschweig Chemnitz Kiel Halle Magdeburg Freiburg Krefeld Mainz Lübeck Erfurt Oberhausen Rostock Kassel Hagen
Potsdam Saarbrücken Hamm Ludwigshafen Oldenburg Mülheim Osnabrück Leverkusen Heidelberg Darmstadt Solingen Regensburg
Herne Paderborn Neuss Ingolstadt Offenbach Fürth Ulm Würzburg Heilbronn Pforzheim Wolfsburg Göttingen Bottrop Reutlingen
Erlangen Bremerhaven Koblenz Remscheid Trier Jena Siegen Cottbus Hildesheim Salzgitter Passau Landshut Rosenheim Kempten
Bamberg Bayreuth Wien Graz Linz Salzburg Innsbruck Klagenfurt Villach Bregenz Zürich Genf Basel Bern Lausanne Winterthur
Luzern Bozen Meran Paris Mailand Prag Warschau Amsterdam London
""")
_VILLAGE_STARTS = _names("""
Nieder Ober Unter Alten Neuen Groß Klein Hohen Wester Oster Nord Süd Mittel Wald Berg Stein Buch Eich Linden Erlen
Birken Rosen Königs Bischofs Kirch Mühl Brunn Wein Salz Schwarz Weißen Grün Roten Wolfs Bären Hirsch Adels Fried Karls
Wilhelms
""")
_VILLAGE_ENDS = _names("""
dorf hausen heim berg burg stadt bach feld kirchen hofen ingen au felden walde rode thal brunn furt münster loh see moos
""")
_STREET_STARTS = _names("""
Haupt Bahnhof Dorf Garten Schul Berg Wald Birken Linden Kirch Ring Wiesen Mühl Industrie Goethe Schiller Mozart
Beethoven Bach Rosen Tulpen Nelken Ahorn Buchen Eichen Tannen Fichten Kastanien Ulmen Erlen Amsel Drossel Finken Meisen
Lerchen Feld Acker Brunnen Markt Rathaus Kloster Schloss Burg Park See Ufer Hafen Brücken Kanal Bismarck Kaiser König
Friedrich Wilhelm Karl Ludwig Lessing Heine Herder Kant Hegel Siemens Daimler Bosch Röntgen Robert-Koch- Uhland Mörike
Hebel Lortzing Händel Haydn Schubert Brahms Wagner Dürer Rembrandt Luther Melanchthon Zwingli Gutenberg Kepler Humboldt
Leibniz Gauß Otto-Hahn- Max-Planck- Konrad-Adenauer- Theodor-Heuss- Hans-Böckler- Sankt-Georg- Martin- Michaels Peters
Johannis Marien Ziegelei Gewerbe Werk Handwerker Schmiede Weber Gerber Färber Töpfer Schäfer Jäger Förster Winzer Bauern
Mittel Nord Süd Ost West Neue Alte Lange Kurze Hohe Obere Untere Breite Schmale Stein Kies Sand Lehm Moor Heide Weiher
Teich Quell
""")
_STREET_ENDS = _names("""
straße weg platz allee gasse ring damm ufer graben hof steig pfad stieg winkel grund
""")
AREAS: Final = (
    "89", "30", "40", "221", "69", "711", "211", "341", "231", "201", "421", "351", "511", "911", "203", "7121",
    "841", "8031", "6221", "9421", "2641", "4131",
)  # fmt: skip

TOWNS: Final = (*dict.fromkeys(_TOWNS), *(a + b for a, b in product(_VILLAGE_STARTS, _VILLAGE_ENDS)))
STREETS: Final = tuple(
    start + (end.capitalize() if start.endswith("-") else end) for start, end in product(_STREET_STARTS, _STREET_ENDS)
)
_ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e", "ç": "c"})
_PRIME = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def mixed(number: int) -> int:
    """Return 64 bits that look random and depend on the number alone."""
    number = (number + 1) * _PRIME & _MASK
    number = (number ^ number >> 31) * 0xBF58476D1CE4E5B9 & _MASK
    return number ^ number >> 29


@lru_cache(maxsize=100_000)
def plain(text: str) -> str:
    """Return a name as it stands in mail addresses."""
    lower = text.lower().translate(_ASCII)
    return "".join(char for char in lower if char in "abcdefghijklmnopqrstuvwxyz0123456789-")


@dataclass(frozen=True, slots=True)
class Company:
    """A company; `trunk` is its switchboard without the zero; every sixth writes its numbers without a hyphen."""

    name: str
    domain: str
    area: str
    trunk: str
    hyphen: str
    town: str
    street: str
    postal_code: str


class Companies:
    """Companies by number, named after surnames or by brands; the recently asked ones are remembered."""

    def __init__(self, surnames: Sequence[str]) -> None:
        self._surnames = surnames
        self.company = lru_cache(maxsize=100_000)(self._company)

    def _company(self, number: int) -> Company:
        bits = mixed(number)
        kind, bits = bits % 10, bits // 10
        form, bits = FORMS[bits % len(FORMS)], bits // len(FORMS)
        trade, bits = _TRADES[bits % len(_TRADES)], bits // len(_TRADES)
        if kind < 4:
            bits, at = divmod(bits, len(_BRAND_STARTS) * len(_BRAND_ENDS))
            word = _BRAND_STARTS[at // len(_BRAND_ENDS)] + _BRAND_ENDS[at % len(_BRAND_ENDS)]
        else:
            bits, at = divmod(bits, len(self._surnames))
            word = self._surnames[at]
        more = mixed(number ^ 0x5DEECE66D)
        more, town = divmod(more, len(TOWNS) * 3)
        more, street = divmod(more, len(STREETS))
        more, house = divmod(more, 140)
        top = ("de", "de", "de", "com", "at", "ch", "eu")[more % 7]
        return Company(
            name=f"{word} {trade} {form}" if kind != 9 else f"{word} & Söhne {form}",
            domain=f"{plain(word)}-{plain(trade)}.{top}" if kind % 2 else f"{plain(word)}.{top}",
            area=AREAS[bits % len(AREAS)],
            trunk=str(200_000 + number),
            hyphen="-" if more // 11 % 6 else "",
            town=TOWNS[town % (100 if town >= len(TOWNS) else len(TOWNS))],
            street=f"{STREETS[street]} {house + 1}",
            postal_code=str(1000 + more // 7 % 8999).zfill(4) + str(more % 10),
        )
