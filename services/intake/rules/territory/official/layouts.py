"""The layouts that an import knows, in the order in which they are tried. To add one: an entry."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from services.intake.rules.territory.official.joined import (
    is_joined,
    read_crosswalk,
    read_joined,
    read_neighbours,
    read_zone_list,
    read_zone_sectors,
)
from services.intake.rules.territory.official.monitoring import read_monitoring
from services.intake.rules.territory.official.reading import Reading, Scope
from services.intake.rules.territory.official.statbel import (
    read_ages,
    read_households,
    read_income,
    read_population,
)
from services.intake.rules.territory.official.template import read_template
from services.intake.rules.territory.table import Table, text_of
from services.intake.rules.territory.text import N_

HEADER_WITHIN_ROWS = 40  # exports begin with a few lines of explanation


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of table: how its header is known, and how it is read."""

    id: str
    knows: Callable[[frozenset[str]], bool]
    read: Callable[[Table, Scope], Reading]


def _has(*groups: str) -> Callable[[frozenset[str]], bool]:
    """Build the test for a header: one name of each group, alternatives split by `|`."""
    wanted = [frozenset(group.split("|")) for group in groups]
    return lambda names: all(names & alternatives for alternatives in wanted)


LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "template",
        _has("territory_level", "territory_code", "indicator", "year", "value", "unit", "source",
             "licence"),
        read_template,
    ),
    Layout("crosswalk", _has("sector_code_2025", "sector_code_724", "relation"), read_crosswalk),
    Layout("neighbours", _has("sector_a", "sector_b"), read_neighbours),
    Layout("zone_sectors", _has("zone_id", "sector_code"), read_zone_sectors),
    Layout("zone_list", _has("zone_id", "secteurs|sectors|sectoren"), read_zone_list),
    Layout(
        "statbel_income",
        _has("cd_sector|cd_refnis_sector|cd_stat_sector",
             "ms_median_net_taxable_inc|ms_avg_tot_net_taxable_inc"),
        read_income,
    ),
    Layout(
        "statbel_households",
        _has("cd_stat_sector|cd_sector", "ms_num_hh|ms_tot_hh"),
        read_households,
    ),
    Layout(
        "statbel_population",
        _has("cd_sector", "total|population|ms_population"),
        read_population,
    ),
    Layout("statbel_ages", _has("cd_refnis", "cd_age", "ms_population"), read_ages),
    Layout("monitoring", _has("code", "territoire|territory|gebied"), read_monitoring),
    Layout("joined", is_joined, read_joined),
)  # fmt: skip


def recognise(table: Table) -> tuple[Layout, Table]:
    """Find the header of a table among its first rows, and the layout that knows it.

    Raises:
        RefusedError: no layout knows any of these rows; the refusal says what the first one holds.
    """
    for at, row in enumerate(table.rows[:HEADER_WITHIN_ROWS]):
        names = frozenset(text_of(cell).lower() for cell in row.cells)
        for layout in LAYOUTS:
            if layout.knows(names):
                return layout, replace(table, header=row, rows=table.rows[at + 1 :])
    first = table.rows[0]
    raise table.refuse(
        first.line,
        "unknown_layout",
        N_("Aucun format connu n'a ces colonnes : %(columns)s."),
        columns=", ".join(text_of(cell)[:40] for cell in first.cells[:12]),
    )
