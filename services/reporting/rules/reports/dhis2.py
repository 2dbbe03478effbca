"""What is published of a campaign as a DHIS2 data value set, to be posted to `/api/dataValueSets`.

One value for each published sum: exact, never rounded, never a difference. What is not published
has no value, for in DHIS2 an empty cell and a zero would be told apart. `docs/dhis2.md` lists the
codes. Source: DHIS2 developer guide, "Data values", bulks of data values and identifier schemes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.rules.published import TOTAL, PublicCampaign, Sum

DATA_SET = "RELAIS_CAMPAIGN"
WHOLE_TERRITORY = "RELAIS"
MEASURES = ("actions", "contacts")
ZONE = "zone"


@dataclass(frozen=True, slots=True)
class DataValue:
    """A sum: of what, where, in which week, of which campaign. No combo is DHIS2's default one."""

    data_element: str
    period: str
    org_unit: str
    attribute_option_combo: str
    value: str
    category_option_combo: str | None = None


def data_values(campaign: PublicCampaign, sums: Sequence[Sum]) -> list[DataValue]:
    """Write the blocks of a campaign's ledger as data values, in the order of weeks and codes.

    A block counts in the week of its seal, as everywhere. Zones have data elements of their own:
    DHIS2 adds a unit's children to it, and the total would count twice.
    """
    added: dict[tuple[str, date, str, str], tuple[int, int]] = {}
    for block in sums:
        year, week, _ = block.day.isocalendar()
        key = (block.view, date.fromisocalendar(year, week, 1), block.code, period(block.day))
        actions, contacts = added.get(key, (0, 0))
        added[key] = (actions + block.actions, contacts + block.contacts)
    return [
        one
        for (view, _, code, week_code), amounts in sorted(added.items(), key=in_order)
        for one in values_of(campaign, view, code, week_code, amounts)
    ]


def in_order(
    item: tuple[tuple[str, date, str, str], tuple[int, int]],
) -> tuple[date, bool, str, str]:
    (view, monday, code, _), _ = item
    return monday, view != TOTAL, view, code


def values_of(
    campaign: PublicCampaign, view: str, code: str, week: str, amounts: tuple[int, int]
) -> Iterable[DataValue]:
    """Write one sum as two values: actions, and people met."""
    for measure, amount in zip(MEASURES, amounts, strict=True):
        yield DataValue(
            data_element=data_element(measure, view),
            period=week,
            org_unit=zone_unit(campaign, code) if view == ZONE else WHOLE_TERRITORY,
            attribute_option_combo=campaign_combo(campaign.campaign_id),
            value=str(amount),
            category_option_combo=None if view in {TOTAL, ZONE} else option_combo(view, code),
        )


def period(day: date) -> str:
    """Name a week as DHIS2 does: `2022W3`."""
    year, week, _ = day.isocalendar()
    return f"{year}W{week}"


def data_element(measure: str, view: str) -> str:
    """Name what is counted: `RELAIS_ACTIONS`, `RELAIS_CONTACTS_BY_THEME`."""
    name = f"RELAIS_{measure.upper()}"
    return name if view == TOTAL else f"{name}_BY_{view.upper()}"


def option_combo(view: str, code: str) -> str:
    """Name a code of a view: `RELAIS_THEME_ENERGY`."""
    return f"RELAIS_{view.upper()}_{code.upper()}"


def zone_unit(campaign: PublicCampaign, code: str) -> str:
    """Name a funder zone: zones are those of the year in which the campaign began."""
    return f"{WHOLE_TERRITORY}_{campaign.starts_on.year}_{code}"


def campaign_combo(campaign_id: UUID) -> str:
    """Name a campaign: two that are sealed in one week must not overwrite each other."""
    return f"RELAIS_{campaign_id}"
