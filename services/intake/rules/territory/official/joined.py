"""Tables already joined on one key, with a figure, a year and a unit in each column's name.

Also the tables that tie the others together: crosswalk, neighbours, zones.
"""

import re
from dataclasses import replace

from services.intake.rules.territory.indicators import is_forbidden
from services.intake.rules.territory.model import Border, Level, Place
from services.intake.rules.territory.official.reading import (
    CC_BY,
    IBSA_TERMS,
    STATBEL,
    Reading,
    Scope,
    ZoneDraft,
)
from services.intake.rules.territory.table import Columns, Row, Table

_Y = r"(?P<year>(?:19|20)\d\d)"
_SECTORS = f"{STATBEL}, population par secteur statistique, 1er janvier {{year}}"
_CENSUS_OF_CARS = f"{STATBEL}, ménages par secteur statistique, {{year}}"
_TAXES = f"{STATBEL}, revenus fiscaux par secteur statistique, revenus {{year}}"
_MONITORING = "IBSA, Monitoring des Quartiers, {year}"
_BIM = "Agence InterMutualiste via IBSA, Monitoring des Quartiers, intervention majorée {year}"
# column name, indicator, source, licence; sources as the data set's own provenance states them
_COLUMNS: tuple[tuple[re.Pattern[str], str, str, str], ...] = tuple(
    (re.compile(pattern), indicator, source, licence)
    for pattern, indicator, source, licence in (
        (rf"population_{_Y}_n", "population", _SECTORS, CC_BY),
        (rf"density_{_Y}_hab_km2", "density_per_km2", _SECTORS + " (calculé)", CC_BY),
        (rf"age65plus_{_Y}_n", "population_65_plus", _MONITORING + " (calculé)", IBSA_TERMS),
        (rf"age65plus_{_Y}_pct", "share_65_plus_pct", _MONITORING, IBSA_TERMS),
        (
            rf"age65plus_density_{_Y}_hab_km2",
            "density_65_plus_per_km2",
            _MONITORING + " (calculé)",
            IBSA_TERMS,
        ),
        (rf"households_{_Y}_n", "households", _CENSUS_OF_CARS, CC_BY),
        (
            rf"household_size_avg_{_Y}_pers",
            "household_size",
            _CENSUS_OF_CARS + " (calculé)",
            CC_BY,
        ),
        (
            rf"income_equiv_median_after_tax_{_Y}_eur",
            "median_income_eur",
            "IBSA, Monitoring des Quartiers, revenu équivalent médian après impôt, revenus {year}",
            IBSA_TERMS,
        ),
        (
            rf"income_mean_net_taxable_per_declaration_{_Y}_eur",
            "mean_taxable_income_eur",
            _TAXES,
            CC_BY,
        ),
        (
            rf"income_median_net_taxable_per_declaration_{_Y}_eur",
            "median_taxable_income_eur",
            _MONITORING,
            IBSA_TERMS,
        ),
        (rf"isolated_30plus_{_Y}_pct_households", "isolated_30_plus_pct", _MONITORING, IBSA_TERMS),
        (
            rf"isolated_under30_{_Y}_pct_households",
            "isolated_under_30_pct",
            _MONITORING,
            IBSA_TERMS,
        ),
        (
            rf"one_person_households_{_Y}_pct",
            "one_person_households_pct",
            _MONITORING + " (calculé)",
            IBSA_TERMS,
        ),
        (rf"unemployment_{_Y}_pct", "unemployment_pct", _MONITORING, IBSA_TERMS),
        (rf"cpas_income_{_Y}_pct", "social_assistance_pct", _MONITORING, IBSA_TERMS),
        (rf"bim_{_Y}_pct", "increased_reimbursement_pct", _BIM, IBSA_TERMS),
    )
)
_AREA = "area_km2"
# The area of the old sectors is the one published with the population of 2022; every other layer
# is the sum of the sectors of 2025.
_AREA_YEARS = {"sector_code": 2022}
_AREA_YEAR = 2025
_KEYS = (
    ("sector_code_2025", Level.SECTOR),
    ("sector_code", Level.SECTOR),
    ("quartier_mdq_id", Level.QUARTER),
    ("commune_nis5", Level.MUNICIPALITY),
)
_SILENT = re.compile(
    r"sector_code.*|name_..|commune.*|quartier.*|codes_2025|n_sectors.*|geometry_.*|area_km2"
)


def is_joined(names: frozenset[str]) -> bool:
    """Say whether a header is a key and at least one figure that says its year."""
    return any(key in names for key, _ in _KEYS) and any(
        pattern.fullmatch(name) for name in names for pattern, *_ in _COLUMNS
    )


def read_joined(table: Table, scope: Scope) -> Reading:
    """Read one row per sector, quarter or municipality. Columns on origin are left out."""
    columns, reading = Columns(table), Reading(table, "joined")
    key, reading.level = next(pair for pair in _KEYS if columns.first_of(pair[0]))
    wanted = [told for name in columns.names if (told := _told_by(name, key, reading))]
    for row in columns.rows():
        code = columns.filled(row, key)
        if reading.level is Level.QUARTER:
            reading.rows += 1
            reading.codes.setdefault(code, row.line)
        elif not reading.keep(scope, code, row.line):
            continue
        reading.places[code] = _place(columns, row, reading.level, code)
        if key == "sector_code_2025" and columns.first_of("sector_code_724"):
            reading.old_of_new[code] = columns.filled(row, "sector_code_724")
        for name, indicator, year, source, licence in wanted:
            reading.take(
                columns, row, name, code=code, indicator=indicator, year=year, source=source,
                licence=licence,
            )  # fmt: skip
    return reading


def _told_by(name: str, key: str, reading: Reading) -> tuple[str, str, int, str, str] | None:
    """Return (column, indicator, year, source, licence) of a column, None if it holds no figure."""
    if name == _AREA:
        year = _AREA_YEARS.get(key, _AREA_YEAR)
        return name, _AREA, year, f"{STATBEL}, secteurs statistiques, {year}", CC_BY
    for pattern, indicator, source, licence in _COLUMNS:
        if found := pattern.fullmatch(name):
            year = int(found["year"])
            return name, indicator, year, source.format(year=year), licence
    if not _SILENT.fullmatch(name):
        reading.left_out[name] = "origin" if is_forbidden(name) else "unknown"
    return None


def read_crosswalk(table: Table, scope: Scope) -> Reading:
    """Read which old sector each new one lies in."""
    columns, reading = Columns(table), Reading(table, "crosswalk")
    for row in columns.rows():
        new = columns.filled(row, "sector_code_2025")
        reading.rows += 1
        reading.codes.setdefault(new, row.line)
        reading.old_of_new[new] = columns.filled(row, "sector_code_724")
        if columns.first_of("relation") and "adjusted" in columns.text(row, "relation"):
            reading.adjusted.add(new)
    return reading


def read_neighbours(table: Table, scope: Scope) -> Reading:
    """Read the pairs of sectors that touch."""
    columns, reading = Columns(table), Reading(table, "neighbours")
    length = columns.first_of("shared_border_m", "shared_m")
    for row in columns.rows():
        reading.rows += 1
        pair = columns.filled(row, "sector_a"), columns.filled(row, "sector_b")
        metres = columns.number(row, length, counts=True) if length else None
        for code in pair:
            reading.codes.setdefault(code, row.line)
        reading.borders.append(Border(*pair, metres or 0.0))
    return reading


def read_zone_sectors(table: Table, scope: Scope) -> Reading:
    """Read one row per sector of a zone."""
    columns, reading = Columns(table), Reading(table, "zone_sectors", Level.SECTOR)
    for row in columns.rows():
        zone_id, code = columns.filled(row, "zone_id"), columns.filled(row, "sector_code")
        if not reading.keep(scope, code, row.line):
            continue
        draft = reading.zones.get(zone_id) or _draft(columns, row, zone_id)
        quarter = (
            columns.text(row, "quartier_mdq_id") if columns.first_of("quartier_mdq_id") else ""
        )
        reading.zones[zone_id] = replace(
            draft,
            sectors=(*draft.sectors, code),
            quarters=tuple(dict.fromkeys((*draft.quarters, *filter(None, [quarter])))),
        )
    return reading


def read_zone_list(table: Table, scope: Scope) -> Reading:
    """Read one row per zone, its sectors in one cell."""
    columns, reading = Columns(table), Reading(table, "zone_list", Level.SECTOR)
    column = columns.first_of("secteurs", "sectors", "sectoren") or ""
    for row in columns.rows():
        zone_id = columns.filled(row, "zone_id")
        codes = tuple(re.split(r"[;,\s]+", columns.filled(row, column)))
        kept = tuple(code for code in codes if reading.keep(scope, code, row.line))
        quarters = columns.first_of("quartier_mdq_ids")
        named = re.split(r"[;,\s]+", columns.text(row, quarters)) if quarters else []
        reading.zones[zone_id] = replace(
            _draft(columns, row, zone_id), sectors=kept, quarters=tuple(filter(None, named))
        )
    return reading


def _draft(columns: Columns, row: Row, zone_id: str) -> ZoneDraft:
    name = columns.first_of("name_fr", "quartiers_rapport_2022", "zone_name")
    partner = columns.first_of("host_partner", "partenaire_2022", "host_partner_2022")
    return ZoneDraft(
        zone_id,
        columns.text(row, name) if name else "",
        columns.text(row, partner) if partner else "",
    )


def _place(columns: Columns, row: Row, level: Level, code: str) -> Place:
    by_level = {
        Level.SECTOR: ("name_fr", "name_nl"),
        Level.QUARTER: ("quartier_fr", "quartier_nl"),
        Level.MUNICIPALITY: ("commune_fr", "commune_nl"),
    }
    fr, nl = (columns.text(row, n) if columns.first_of(n) else "" for n in by_level[level])
    town = quarter = ""
    if level is Level.SECTOR:
        town = columns.text(row, "commune_nis5") if columns.first_of("commune_nis5") else code[:5]
        quarter = (
            columns.text(row, "quartier_mdq_id") if columns.first_of("quartier_mdq_id") else ""
        )
    return Place(level, code, fr or nl, nl or fr, town, quarter)
