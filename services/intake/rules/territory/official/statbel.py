"""Tables of Statbel: population, income, households and cars by sector; ages by municipality.

Column names: those seen in the published files since 2011, listed in docs/territory.md.
"""

from services.intake.rules.territory.codes import sector_code
from services.intake.rules.territory.indicators import CATALOGUE
from services.intake.rules.territory.model import IndicatorValue, Level, Place
from services.intake.rules.territory.official.reading import (
    CC_BY,
    STATBEL,
    Reading,
    Scope,
    year_of_file,
)
from services.intake.rules.territory.table import Columns, Row, Table

HECTARES_PER_KM2 = 100  # Statbel gives hm², which are hectares
OLD_AGE_FROM = 65
_INCOME = {
    "ms_median_net_taxable_inc": "median_taxable_income_eur",
    "ms_avg_tot_net_taxable_inc": "mean_taxable_income_eur",
}
_HOUSEHOLDS = {
    "ms_num_hh": "households",
    "ms_tot_hh": "households",
    "ms_num_car": "cars",
    "ms_tot_cars": "cars",
}
_AREA_COLUMNS = ("oppervlakkte in hm²", "oppervlakte in hm²", "oppervlakkte in hm2",
                 "oppervlakte in hm2", "oppervlakte", "oppervlakkte")  # fmt: skip


def read_population(table: Table, scope: Scope) -> Reading:
    """Read `OPENDATA_SECTOREN_YYYY` or, up to 2017, `TF_POP_STRUCT_SECTORS_YYYY`.

    People in no sector (`ZZZZ`) are left out of the sectors and counted in their municipality,
    whose total is the official one.
    """
    columns, reading = Columns(table), Reading(table, "statbel_population", Level.SECTOR)
    year = year_of_file(table, scope)
    sector, town = (
        columns.first_of("cd_sector") or "",
        columns.first_of("cd_refnis", "cd_munty_refnis"),
    )
    people = columns.first_of("total", "population", "ms_population") or ""
    area = columns.first_of(*_AREA_COLUMNS)
    names = (
        columns.first_of("tx_descr_sector_fr", "tx_sector_descr_fr"),
        columns.first_of("tx_descr_sector_nl", "tx_sector_descr_nl"),
    )
    town_names = columns.first_of("tx_descr_fr"), columns.first_of("tx_descr_nl")
    in_town: dict[str, float] = {}
    towns: dict[str, Place] = {}
    for row in columns.rows():
        code = sector_code(columns.filled(row, sector), columns.text(row, town) if town else "")
        count = columns.number(row, people, counts=True)
        town_code = code[:5]
        if count is not None and scope.covers(code):
            in_town[town_code] = in_town.get(town_code, 0) + count
        if scope.covers(code) and town_code not in towns and any(town_names):
            fr, nl = (columns.text(row, n) if n else "" for n in town_names)
            towns[town_code] = Place(Level.MUNICIPALITY, town_code, fr or nl, nl or fr)
        if not reading.keep(scope, code, row.line):
            continue
        fr, nl = (columns.text(row, name) if name else "" for name in names)
        if fr or nl:
            reading.places[code] = Place(Level.SECTOR, code, fr or nl, nl or fr, town_code)
        source = f"{STATBEL}, population par secteur statistique, 1er janvier {year}"
        reading.take(
            columns, row, people, code=code, indicator="population", year=year, source=source,
            licence=CC_BY,
        )  # fmt: skip
        if area:
            reading.take(
                columns, row, area, code=code, indicator="area_km2", year=year, source=source,
                licence=CC_BY, scale=lambda hectares: hectares / HECTARES_PER_KM2,
            )  # fmt: skip
    reading.other_places.extend(towns.values())
    reading.values.extend(
        IndicatorValue(
            Level.MUNICIPALITY,
            town_code,
            "population",
            total,
            CATALOGUE["population"].unit,
            year,
            f"{STATBEL}, population par secteur statistique, 1er janvier {year}",
            CC_BY,
            "somme des secteurs et des personnes sans secteur",
        )
        for town_code, total in in_town.items()
    )
    return reading


def read_income(table: Table, scope: Scope) -> Reading:
    """Read `TF_PSNL_INC_TAX_SECTOR`: every year that it holds, or the one that was asked for.

    Incomes are per tax return, not per household; small sectors are blank.
    """
    columns, reading = Columns(table), Reading(table, "statbel_income", Level.SECTOR)
    sector = columns.first_of("cd_sector", "cd_refnis_sector", "cd_stat_sector") or ""
    town = columns.first_of("cd_munty_refnis", "cd_refnis")
    year_column = columns.first_of("cd_year")
    for row in columns.rows():
        year = _year(columns, row, year_column, table, scope)
        if scope.year is not None and year != scope.year:
            continue
        code = reading.sector(columns, row, sector, town)
        if not reading.keep(scope, code, row.line):
            continue
        for column, indicator in _INCOME.items():
            if columns.first_of(column):
                reading.take(
                    columns, row, column, code=code, indicator=indicator, year=year,
                    source=f"{STATBEL}, revenus fiscaux par secteur statistique, revenus {year}",
                    licence=CC_BY,
                )  # fmt: skip
    return reading


def read_households(table: Table, scope: Scope) -> Reading:
    """Read `TF_CAR_HH_SECTOR`, where `1.188` households are 1188: private households and cars."""
    columns, reading = Columns(table), Reading(table, "statbel_households", Level.SECTOR)
    sector = columns.first_of("cd_stat_sector", "cd_sector") or ""
    town = columns.first_of("cd_refnis", "cd_munty_refnis")
    year_column = columns.first_of("cd_year")
    for row in columns.rows():
        year = _year(columns, row, year_column, table, scope)
        if scope.year is not None and year != scope.year:
            continue
        code = reading.sector(columns, row, sector, town)
        if not reading.keep(scope, code, row.line):
            continue
        for column, indicator in _HOUSEHOLDS.items():
            if columns.first_of(column):
                reading.take(
                    columns, row, column, code=code, indicator=indicator, year=year,
                    source=f"{STATBEL}, ménages et voitures par secteur statistique, {year}",
                    licence=CC_BY,
                )  # fmt: skip
    return reading


def read_ages(table: Table, scope: Scope) -> Reading:
    """Read `TF_SOC_POP_STRUCT_YYYY`: inhabitants and people of 65 and over by municipality.

    Nationality and civil status are added up, never kept: no indicator looks at origin.
    """
    columns, reading = Columns(table), Reading(table, "statbel_ages", Level.MUNICIPALITY)
    year = year_of_file(table, scope)
    everybody: dict[str, float] = {}
    old: dict[str, float] = {}
    for row in columns.rows():
        code = columns.filled(row, "cd_refnis")
        if not reading.keep(scope, code, row.line):
            continue
        count = columns.number(row, "ms_population", counts=True)
        age = columns.number(row, "cd_age", counts=True)
        if count is None or age is None:
            reading.absent["∅"] += 1
            continue
        everybody[code] = everybody.get(code, 0) + count
        if age >= OLD_AGE_FROM:
            old[code] = old.get(code, 0) + count
    reading.left_out["cd_natlty"] = "origin"
    source = f"{STATBEL}, structure de la population, 1er janvier {year}"
    for indicator, totals in (("population", everybody), ("population_65_plus", old)):
        known = reading.indicators.setdefault(indicator, CATALOGUE[indicator])
        reading.values.extend(
            IndicatorValue(
                Level.MUNICIPALITY, code, indicator, total, known.unit, year, source, CC_BY
            )
            for code, total in totals.items()
        )
    return reading


def _year(columns: Columns, row: Row, column: str | None, table: Table, scope: Scope) -> int:
    return columns.year(row, column) if column else year_of_file(table, scope)
