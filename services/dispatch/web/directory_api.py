"""The directory of local actors, for programs."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from services.dispatch.rules.directory.actor import LONGEST, SHORTEST_NAME, Actor
from services.dispatch.steps.report_saturation import report_saturation
from services.dispatch.steps.save_actor import save_actor
from services.dispatch.store import directory
from shared.web import Coordinator, Db, TeamMember
from shared.words import ActorCategory, Language, Saturation, ZoneId

router = APIRouter()


class ActorBody(BaseModel):
    """An organisation or a service, whole: what is left out is taken away. Never a person."""

    name: Annotated[str, Field(min_length=SHORTEST_NAME, max_length=LONGEST["name"])]
    category: ActorCategory
    zone_ids: list[ZoneId] = []
    street: Annotated[str, Field(max_length=LONGEST["street"])] = ""
    postal_code: Annotated[str, Field(max_length=LONGEST["postal_code"])] = ""
    city: Annotated[str, Field(max_length=LONGEST["city"])] = ""
    phone: Annotated[str, Field(max_length=LONGEST["phone"])] = ""
    email: Annotated[str, Field(max_length=LONGEST["email"])] = ""
    website: Annotated[str, Field(max_length=LONGEST["website"])] = ""
    languages: list[Language] = []
    hours: Annotated[str, Field(max_length=LONGEST["hours"])] = ""
    saturation: Saturation = Saturation.UNKNOWN
    reported_on: date | None = None


class ActorShown(ActorBody):
    id: UUID


class Report(BaseModel):
    """What somebody saw of a service; `seen_on` is today when it is left out."""

    saturation: Saturation
    seen_on: date | None = None


@router.get("/api/actors")
async def get_actors(database: Db, _: TeamMember, zone: ZoneId | None = None) -> list[ActorShown]:
    """List the directory by name; of one zone and of the whole territory, when one is given."""
    async with database.reading() as tx:
        found = await directory.list_actors(tx, zone)
    return [as_shown(one) for one in found]


@router.put("/api/actors/{actor_id}")
async def put_actor(database: Db, _: Coordinator, actor_id: UUID, body: ActorBody) -> ActorShown:
    """Save an actor under an id that the caller made."""
    values = dict(body) | {"zone_ids": tuple(body.zone_ids), "languages": tuple(body.languages)}
    async with database.transaction() as tx:
        return as_shown(await save_actor(Actor(actor_id, **values), tx))


@router.delete("/api/actors/{actor_id}", status_code=204)
async def delete_actor(database: Db, _: Coordinator, actor_id: UUID) -> Response:
    """Forget an actor."""
    async with database.transaction() as tx:
        await directory.delete_actor(tx, actor_id)
    return Response(status_code=204)


@router.put("/api/actors/{actor_id}/saturation")
async def put_saturation(database: Db, _: TeamMember, actor_id: UUID, body: Report) -> ActorShown:
    """Report whether a service still takes people; the latest report counts."""
    async with database.transaction() as tx:
        return as_shown(await report_saturation(actor_id, body.saturation, body.seen_on, tx))


def as_shown(one: Actor) -> ActorShown:
    return ActorShown.model_validate(one, from_attributes=True)
