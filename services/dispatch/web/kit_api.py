"""The neighbourhood's kit for a phone, and a campaign's kit for programs."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from services.dispatch import store
from services.dispatch.rules.directory.actor import Actor
from services.dispatch.rules.kit import (
    LINK_LONGEST,
    PHRASE_LONGEST,
    TITLE_LONGEST,
    Leaflet,
    Phrase,
    direction,
)
from services.dispatch.steps.save_leaflet import save_leaflet
from services.dispatch.steps.save_phrase import save_phrase
from services.dispatch.store import directory, kit
from services.dispatch.web.own_view import own_entry
from shared.db import zone_names
from shared.web import Coordinator, Db, TeamMember, Worker, language_of
from shared.web.languages import local_formats
from shared.words import ActorCategory, CampaignId, CampaignState, Language, Saturation

router = APIRouter()
EXTENSIONS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


class KitZone(BaseModel):
    id: str
    name_fr: str
    name_nl: str


class KitLeaflet(BaseModel):
    """A leaflet; `url` is an address of this house for a file, and any other for a link."""

    id: UUID
    title: str
    language: Language
    url: str


class Translation(BaseModel):
    language: Language
    text: Annotated[str, Field(min_length=1, max_length=PHRASE_LONGEST)]


class KitTranslation(Translation):
    direction: Literal["ltr", "rtl"]


class KitPhrase(BaseModel):
    id: UUID
    fr: str
    said: list[KitTranslation]


class KitCampaign(BaseModel):
    id: UUID
    name: str
    leaflets: list[KitLeaflet]
    phrases: list[KitPhrase]


class KitActor(BaseModel):
    """A local actor as a phone shows it; `reported_on` dates the saturation."""

    id: UUID
    name: str
    category: ActorCategory
    category_name: str
    address: str
    phone: str
    website: str
    languages: list[Language]
    saturation: Saturation
    saturation_name: str
    reported_on: date | None
    hours: str


class Kit(BaseModel):
    """What a worker takes along: their zone, what running campaigns give, who is around."""

    zone: KitZone | None
    campaigns: list[KitCampaign]
    actors: list[KitActor]


class LeafletBody(BaseModel):
    """A leaflet that is elsewhere; files are uploaded on the desk's page."""

    title: Annotated[str, Field(min_length=1, max_length=TITLE_LONGEST)]
    language: Language
    link: Annotated[str, Field(min_length=1, max_length=LINK_LONGEST)]


class PhraseBody(BaseModel):
    fr: Annotated[str, Field(min_length=1, max_length=PHRASE_LONGEST)]
    said: list[Translation] = []


@router.get("/api/kit")
async def get_kit(request: Request, database: Db, who: Worker) -> Kit:
    """Return the kit of the worker who asks.

    Campaigns are those that run and target their zone or have asked them; actors are those of
    their zone and those of the whole territory.
    """
    language = language_of(request)
    async with database.reading() as tx:
        me = await own_entry(tx, who.person_id)
        zones = await zone_names(tx)
        asking = await kit.campaigns_asking(tx, who.person_id)
        home = me.home_zone if me else None
        running = [
            c
            for c in await store.list_campaigns(tx)
            if c.state is CampaignState.RUNNING
            and (home in c.zone_ids or c.frame.campaign_id in asking)
        ]
        ids = [c.frame.campaign_id for c in running]
        leaflets = await kit.leaflets_of(tx, ids)
        phrases = await kit.phrases_of(tx, ids)
        actors = await directory.list_actors(tx, home) if home else []
    here = zones.get(home) if home else None
    return Kit(
        zone=KitZone(id=here.id, name_fr=here.name_fr, name_nl=here.name_nl) if here else None,
        campaigns=[
            KitCampaign(
                id=c.frame.campaign_id,
                name=c.name(language) or "",
                leaflets=[as_leaflet(one) for one in leaflets.get(c.frame.campaign_id, ())],
                phrases=[as_phrase(one) for one in phrases.get(c.frame.campaign_id, ())],
            )
            for c in running
        ],
        actors=[as_actor(one, language) for one in actors],
    )


def as_leaflet(one: Leaflet) -> KitLeaflet:
    url = one.link or f"/dispatch/kit/leaflets/{one.id}"
    return KitLeaflet(id=one.id, title=one.title, language=one.language, url=url)


def as_phrase(one: Phrase) -> KitPhrase:
    said = [
        KitTranslation(language=language, text=text, direction=direction(language))
        for language, text in one.said
    ]
    return KitPhrase(id=one.id, fr=one.fr, said=said)


def as_actor(one: Actor, language: str) -> KitActor:
    word = local_formats(language)["word"]
    return KitActor(
        id=one.id,
        name=one.name,
        category=one.category,
        category_name=word(one.category),
        address=one.address,
        phone=one.phone,
        website=one.website,
        languages=list(one.languages),
        saturation=one.saturation,
        saturation_name=word(one.saturation),
        reported_on=one.reported_on,
        hours=one.hours,
    )


@router.put("/api/campaigns/{campaign_id}/kit/leaflets/{leaflet_id}")
async def put_leaflet(
    database: Db, _: Coordinator, campaign_id: UUID, leaflet_id: UUID, body: LeafletBody
) -> KitLeaflet:
    """Save a leaflet that is elsewhere, under an id that the caller made."""
    own = Leaflet(leaflet_id, CampaignId(campaign_id), body.title, body.language, body.link)
    async with database.transaction() as tx:
        return as_leaflet(await save_leaflet(own, None, tx))


@router.delete("/api/campaigns/{campaign_id}/kit/leaflets/{leaflet_id}", status_code=204)
async def delete_leaflet(
    database: Db, _: Coordinator, campaign_id: UUID, leaflet_id: UUID
) -> Response:
    """Forget a leaflet."""
    async with database.transaction() as tx:
        await kit.delete_leaflet(tx, campaign_id, leaflet_id)
    return Response(status_code=204)


@router.put("/api/campaigns/{campaign_id}/kit/phrases/{phrase_id}")
async def put_phrase(
    database: Db, _: Coordinator, campaign_id: UUID, phrase_id: UUID, body: PhraseBody
) -> KitPhrase:
    """Save a phrase and all its translations, under an id that the caller made."""
    said = tuple((one.language, one.text) for one in body.said)
    async with database.transaction() as tx:
        own = Phrase(phrase_id, CampaignId(campaign_id), body.fr, said)
        return as_phrase(await save_phrase(own, tx))


@router.delete("/api/campaigns/{campaign_id}/kit/phrases/{phrase_id}", status_code=204)
async def delete_phrase(
    database: Db, _: Coordinator, campaign_id: UUID, phrase_id: UUID
) -> Response:
    """Forget a phrase."""
    async with database.transaction() as tx:
        await kit.delete_phrase(tx, campaign_id, phrase_id)
    return Response(status_code=204)


@router.get("/kit/leaflets/{leaflet_id}", include_in_schema=False)
async def show_leaflet(request: Request, database: Db, _: TeamMember, leaflet_id: UUID) -> Response:
    """Send a leaflet's file. It was sniffed when it came, and may do nothing in the browser.

    A PDF is downloaded: browsers show none inside the sandbox that every file gets.
    """
    async with database.reading() as tx:
        found = await kit.file_of(tx, leaflet_id)
    shown = "inline" if found.media_type.startswith("image/") else "attachment"
    return Response(
        found.content,
        media_type=found.media_type,
        headers={
            "Content-Disposition": (
                f'{shown}; filename="{leaflet_id}.{EXTENSIONS[found.media_type]}"'
            ),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-cache",
        },
    )
