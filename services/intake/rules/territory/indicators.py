"""The indicators that official tables give, under one code each, whatever the table calls them."""

import re

from services.intake.rules.territory.model import Indicator, Kind
from services.intake.rules.territory.numbers import plain

_BIM_NOTE_FR = (
    "Tient lieu de la part de personnes diabétiques, qui n'est publiée ni par quartier ni par "
    "secteur : l'intervention majorée dit le revenu et l'état de santé à la fois."
)
_BIM_NOTE_NL = (
    "Vervangt het aandeel mensen met diabetes, dat niet per wijk of sector wordt gepubliceerd: de "
    "verhoogde tegemoetkoming zegt iets over inkomen en gezondheid tegelijk."
)
_BIM_NOTE_EN = (
    "Stands in for the share of people with diabetes, which nobody publishes by quarter or sector: "
    "increased reimbursement speaks of income and health at once."
)

CATALOGUE: dict[str, Indicator] = {
    indicator.code: indicator
    for indicator in (
        Indicator("population", "Habitant·es", "Inwoners", "Inhabitants", "hab.", Kind.COUNT),
        Indicator(
            "area_km2", "Superficie", "Oppervlakte", "Area", "km²", Kind.EXTENT, can_be_zero=False
        ),
        Indicator(
            "density_per_km2",
            "Densité de population",
            "Bevolkingsdichtheid",
            "Population density",
            "hab./km²",
            Kind.DENSITY,
        ),
        Indicator(
            "population_65_plus",
            "Personnes de 65 ans et plus",
            "65-plussers",
            "People aged 65 and over",
            "hab.",
            Kind.COUNT,
        ),
        Indicator(
            "share_65_plus_pct",
            "Part des 65 ans et plus",
            "Aandeel 65-plussers",
            "Share of people aged 65 and over",
            "%",
            Kind.RATE,
        ),
        Indicator(
            "density_65_plus_per_km2",
            "Densité des 65 ans et plus",
            "Dichtheid van 65-plussers",
            "Density of people aged 65 and over",
            "hab./km²",
            Kind.DENSITY,
        ),
        Indicator("households", "Ménages", "Huishoudens", "Households", "ménages", Kind.COUNT),
        Indicator(
            "household_size",
            "Taille moyenne des ménages",
            "Gemiddelde huishoudensgrootte",
            "Mean household size",
            "pers.",
            Kind.RATE,
            can_be_zero=False,
        ),
        Indicator(
            "cars", "Voitures des ménages", "Auto's van huishoudens", "Cars", "n", Kind.COUNT
        ),
        Indicator(
            "median_income_eur",
            "Revenu équivalent médian après impôt",
            "Mediaan equivalent inkomen na belasting",
            "Median equivalised income after tax",
            "EUR",
            Kind.RATE,
            can_be_zero=False,
        ),
        Indicator(
            "mean_taxable_income_eur",
            "Revenu net imposable moyen par déclaration",
            "Gemiddeld netto belastbaar inkomen per aangifte",
            "Mean net taxable income per tax return",
            "EUR",
            Kind.RATE,
            can_be_zero=False,
        ),
        Indicator(
            "median_taxable_income_eur",
            "Revenu net imposable médian par déclaration",
            "Mediaan netto belastbaar inkomen per aangifte",
            "Median net taxable income per tax return",
            "EUR",
            Kind.RATE,
            can_be_zero=False,
        ),
        Indicator(
            "diabetes_pct",
            "Part de personnes diabétiques",
            "Aandeel mensen met diabetes",
            "Share of people with diabetes",
            "%",
            Kind.RATE,
        ),
        Indicator(
            "increased_reimbursement_pct",
            "Part de bénéficiaires de l'intervention majorée (BIM)",
            "Aandeel rechthebbenden op de verhoogde tegemoetkoming",
            "Share of people entitled to increased reimbursement (BIM)",
            "%",
            Kind.RATE,
            note_fr=_BIM_NOTE_FR,
            note_nl=_BIM_NOTE_NL,
            note_en=_BIM_NOTE_EN,
        ),
        Indicator(
            "isolated_30_plus_pct",
            "Part de ménages isolés de 30 ans et plus",
            "Aandeel alleenwonenden van 30 jaar en ouder",
            "Share of one-person households aged 30 and over",
            "%",
            Kind.RATE,
        ),
        Indicator(
            "isolated_under_30_pct",
            "Part de ménages isolés de moins de 30 ans",
            "Aandeel alleenwonenden jonger dan 30 jaar",
            "Share of one-person households under 30",
            "%",
            Kind.RATE,
        ),
        Indicator(
            "one_person_households_pct",
            "Part de ménages d'une personne",
            "Aandeel eenpersoonshuishoudens",
            "Share of one-person households",
            "%",
            Kind.RATE,
        ),
        Indicator(
            "unemployment_pct",
            "Taux de chômage",
            "Werkloosheidsgraad",
            "Unemployment rate",
            "%",
            Kind.RATE,
        ),
        Indicator(
            "social_assistance_pct",
            "Part de bénéficiaires d'un revenu du CPAS",
            "Aandeel rechthebbenden op een OCMW-inkomen",
            "Share of people on social assistance",
            "%",
            Kind.RATE,
        ),
    )
}

# How the Monitoring des Quartiers words its indicators, without accents. First match wins.
_LABELS: tuple[tuple[str, str], ...] = (
    (r"revenu equivalent median", "median_income_eur"),
    (r"revenu .*imposable median|revenu median", "median_taxable_income_eur"),
    (r"revenu .*imposable moyen|revenu moyen", "mean_taxable_income_eur"),
    (r"intervention majoree|\bbim\b", "increased_reimbursement_pct"),
    (r"diabet", "diabetes_pct"),
    (r"densite .*65 ans", "density_65_plus_per_km2"),
    (r"densite de (la )?population", "density_per_km2"),
    (r"part .*65 ans et plus", "share_65_plus_pct"),
    (r"taille moyenne des menages", "household_size"),
    (r"isoles .*30 ans et plus", "isolated_30_plus_pct"),
    (r"isoles .*moins de 30 ans", "isolated_under_30_pct"),
    (r"menages .*(une|1) personne", "one_person_households_pct"),
    (r"taux de chomage|demandeurs d'emploi", "unemployment_pct"),
    (r"revenu d'integration|\bcpas\b", "social_assistance_pct"),
    (r"^(nombre de )?menages", "households"),
    (r"^(population( totale)?|nombre d'habitants)$", "population"),
    (r"^superficie", "area_km2"),
)

# Source: the founders' method note: "no indicator on origin, nationality or crime".
_FORBIDDEN = re.compile(
    r"nationali|natlty|origine?s?\b|\borigins?\b|etranger|foreign|non_belg|non belg|\beu_?14|"
    r"europe des 14|migrant|crimin|crime|herkomst|vreemdeling"
)
_COUNT_UNITS = frozenset(
    {"n", "nombre", "count", "hab.", "hab", "habitants", "inhabitants", "inwoners", "personnes",
     "people", "menages", "households"}
)  # fmt: skip


def is_forbidden(*names: str) -> bool:
    """Say whether these words name an indicator on origin, nationality or crime."""
    return any(_FORBIDDEN.search(plain(name)) for name in names)


def code_of_label(label: str) -> str:
    """Return the code for a table's own wording; an unknown one gets a code made from it."""
    words = plain(label)
    for pattern, code in _LABELS:
        if re.search(pattern, words):
            return code
    return re.sub(r"[^a-z0-9]+", "_", words).strip("_")[:60] or "indicator"


def indicator_for(code: str, *, label: str = "", unit: str = "") -> Indicator:
    """Return the catalogue's indicator, or a new one that adds up as its unit says."""
    if code in CATALOGUE:
        return CATALOGUE[code]
    name = label or code.replace("_", " ")
    bare_unit = plain(unit)
    if "/" in bare_unit or "par km" in bare_unit or "per km" in bare_unit:
        kind = Kind.DENSITY
    elif bare_unit in {"km2", "ha", "m2"}:
        kind = Kind.EXTENT
    elif bare_unit in _COUNT_UNITS:
        kind = Kind.COUNT
    else:
        kind = Kind.RATE
    return Indicator(code, name, name, name, unit, kind)
