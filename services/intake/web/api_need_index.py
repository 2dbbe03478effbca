"""The need index, for the coordination alone: to everybody else this page does not exist."""

from typing import Annotated

from babel.numbers import format_decimal
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from services.intake import store
from services.intake.rules.need_index import (
    NeedIndex,
    explain_weighting,
    explain_zone,
)
from services.intake.rules.targeting import SEED_DEFAULT, Weights, index_of
from shared.access import Identity
from shared.errors import MissingError
from shared.web import Db, identify, language_of, translate
from shared.web.guard import refuse_forged
from shared.words import CrisisKind, Role, ZoneId

router = APIRouter(prefix="/api")


async def coordinator_or_nothing(request: Request) -> Identity:
    """Let the coordination in. Others are told that there is nothing: not that they may not look.

    Raises:
        MissingError: for everybody else, signed in or not.
    """
    who = await identify(request)
    if who is None or who.role is not Role.COORDINATION:
        raise MissingError("need index")
    await refuse_forged(request, who)
    return who


OnlyCoordination = Annotated[Identity, Depends(coordinator_or_nothing)]


class ContributionOut(BaseModel):
    """What one indicator adds for one zone, with the year and source of its value."""

    indicator: str
    value: float
    year: int
    source: str
    weight: float
    contribution: float


class ZoneOut(BaseModel):
    """One zone: sentences, what weighs, what is missing. `probability` is None without data."""

    zone_id: ZoneId
    name: str
    sentences: tuple[str, ...]
    contributions: tuple[ContributionOut, ...]
    missing: tuple[str, ...]
    probability: float | None
    rank_interval: tuple[int, int] | None


class NeedIndexOut(BaseModel):
    """The groups, each in alphabetical order. There is no list of zones that could be sorted."""

    weights: dict[str, float]
    preset: str
    k: int
    seed: int
    territory_version: int
    method: tuple[str, ...]
    retained: tuple[ZoneOut, ...]
    to_discuss: tuple[ZoneOut, ...]
    not_a_priority: tuple[ZoneOut, ...]
    insufficient: tuple[ZoneOut, ...]


class Asked(BaseModel):
    """What to compare for: a kind of crisis, weights, and for how many zones there are hands."""

    crisis: CrisisKind
    preset: str | None = None
    k: int = 6
    seed: int = SEED_DEFAULT


@router.get("/need-index")
async def get_need_index(
    request: Request, who: OnlyCoordination, database: Db, asked: Annotated[Asked, Query()]
) -> NeedIndexOut:
    """Compare the territory's zones for one kind of crisis."""
    async with database.reading() as tx:
        territory = await store.current_territory(tx)
    weights = Weights(preset=asked.preset, first_k=asked.k, seed=asked.seed)
    index = index_of(territory.pack, asked.crisis, weights, first_k=asked.k)
    return index_out(index, territory.version, language_of(request))


def index_out(index: NeedIndex, territory_version: int, language: str) -> NeedIndexOut:
    """Show an index: groups in alphabetical order, and one explanation per zone."""

    def say(text: str) -> str:
        return translate(language, text)

    def show(value: str | float) -> str:
        return value if isinstance(value, str) else format_decimal(value, locale=language)

    def zones(zone_ids: tuple[ZoneId, ...]) -> tuple[ZoneOut, ...]:
        return tuple(zone(zone_id) for zone_id in zone_ids)

    def zone(zone_id: ZoneId) -> ZoneOut:
        why = index.explanation(zone_id)
        interval = why.interval
        return ZoneOut(
            zone_id=zone_id,
            name=why.name_nl if language == "nl" else why.name_fr,
            sentences=tuple(message.render(say, show) for message in explain_zone(why, language)),
            contributions=tuple(
                ContributionOut(
                    indicator=part.indicator,
                    value=part.value,
                    year=part.year,
                    source=part.source,
                    weight=part.weight,
                    contribution=round(part.contribution, 4),
                )
                for part in why.contributions
            ),
            missing=why.missing,
            probability=why.share_of_variants,
            rank_interval=(interval.low, interval.high) if interval else None,
        )

    groups = index.groups(language)
    method = index.method
    return NeedIndexOut(
        weights=dict(method.weighting.weights),
        preset=method.weighting.reference,
        k=method.first_k,
        seed=method.seed,
        territory_version=territory_version,
        method=tuple(message.render(say, show) for message in explain_weighting(method)),
        retained=zones(groups.retained),
        to_discuss=zones(groups.to_discuss),
        not_a_priority=zones(groups.not_a_priority),
        insufficient=zones(groups.insufficient),
    )
