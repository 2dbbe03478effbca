"""How neighbourhoods are called: loaded into each service by its front door."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from shared.access import Identity
from shared.db import ZoneName, save_zones, zone_names
from shared.web.guard import Db, allow
from shared.words import Role, ZoneId

Keeper = Annotated[Identity, Depends(allow(Role.COORDINATION, Role.ADMINISTRATOR, Role.SERVICE))]

# Nothing on Earth lies further from anything; `true` is no number.
EARTH_KM = 40_075
Km = Annotated[float, Field(strict=True, ge=-EARTH_KM, le=EARTH_KM)]

router = APIRouter()


class Place(BaseModel):
    """A zone of the territory pack; `x_km` and `y_km` are its middle, for travel times."""

    id: ZoneId
    name_fr: str = Field(min_length=1, max_length=120)
    name_nl: str = Field(min_length=1, max_length=120)
    municipality: str = Field(min_length=1, max_length=120)
    x_km: Km
    y_km: Km


@router.put("/api/zones")
async def put_zones(database: Db, _: Keeper, places: list[Place]) -> dict[str, int]:
    """Say how zones are called and where they lie. What is known of others stays."""
    async with database.transaction() as tx:
        await save_zones(tx, [ZoneName(**place.model_dump()) for place in places])
    return {"zones": len(places)}


@router.get("/api/zones")
async def get_zones(database: Db, _: Annotated[Identity, Depends(allow())]) -> list[Place]:
    """List the known zones by id."""
    async with database.reading() as tx:
        known = await zone_names(tx)
    return [Place.model_validate(zone, from_attributes=True) for zone in known.values()]
