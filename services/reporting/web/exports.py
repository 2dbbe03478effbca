"""What leaves for other programs: DHIS2 data value sets, and the ledger's events for research."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from services.reporting.rules.reports import Part
from services.reporting.rules.reports.dhis2 import DATA_SET, data_values
from services.reporting.rules.reports.parts import stamp_line, stamp_of
from services.reporting.rules.reports.research import events_part
from services.reporting.store import published
from services.reporting.web.outside import Follower, OutsideDb, read_ledgers, read_published
from services.reporting.web.report_words import ReportWords, as_table
from shared.db import Database
from shared.web import language_of
from shared.web.tables import csv_file, schema_file

router = APIRouter()
RESEARCH = "relais-evenements"
IN_CODES = "CODE"


class Dhis2Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class DataValueOut(Dhis2Model):
    """One published sum, as DHIS2 imports it. `comment` is the stamp of every file."""

    data_element: str
    period: str
    org_unit: str
    category_option_combo: str | None = None
    attribute_option_combo: str
    value: str
    comment: str


class DataValueSetOut(Dhis2Model):
    """The body of a POST to `/api/dataValueSets` of a DHIS2 server. Objects are named by code."""

    data_set: str = DATA_SET
    id_scheme: str = IN_CODES
    data_set_id_scheme: str = IN_CODES
    data_element_id_scheme: str = IN_CODES
    org_unit_id_scheme: str = IN_CODES
    category_option_combo_id_scheme: str = IN_CODES
    data_values: list[DataValueOut]


@router.get(
    "/api/dhis2/{campaign_id}/dataValueSets",
    response_model_by_alias=True,
    response_model_exclude_none=True,
)
async def get_data_value_set(
    database: OutsideDb, _: Follower, campaign_id: UUID, seal: int | None = None
) -> DataValueSetOut:
    """Return what is published of a campaign as a DHIS2 data value set; 404 for an unknown seal."""
    async with database.reading() as tx:
        found = await read_published(tx, campaign_id, seal)
        sums = await published.sums_of(tx, campaign_id, seal)
    stamp = stamp_line(stamp_of(found), ReportWords("en", found.zones))
    return DataValueSetOut(
        data_values=[
            DataValueOut(
                data_element=one.data_element,
                period=one.period,
                org_unit=one.org_unit,
                category_option_combo=one.category_option_combo,
                attribute_option_combo=one.attribute_option_combo,
                value=one.value,
                comment=stamp,
            )
            for one in data_values(found.campaign, sums)
        ]
    )


@router.get("/research/events.csv", include_in_schema=False)
async def get_events(request: Request, database: OutsideDb, _: Follower) -> Response:
    """Answer with every sealed sum but those of zones, as CSV."""
    return csv_file(as_table(await events(request, database)), RESEARCH)


@router.get("/research/events.schema.json", include_in_schema=False)
async def get_events_schema(request: Request, database: OutsideDb, _: Follower) -> Response:
    """Answer with the Table Schema of the events."""
    return schema_file(as_table(await events(request, database)), RESEARCH)


async def events(request: Request, database: Database) -> Part:
    async with database.reading() as tx:
        ledgers = await read_ledgers(tx)
    return events_part(ledgers, ReportWords(language_of(request), {}))
