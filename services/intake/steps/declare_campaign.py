"""The coordination declares a campaign: with an end, and with neighbourhoods chosen by a person."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from uuid_utils.compat import uuid7

from services.intake import store
from services.intake.rules.campaign import (
    SHARE_DEFAULT_PCT,
    ActionWanted,
    Declaration,
    Life,
    check_declaration,
    planned_actions,
)
from services.intake.rules.local_day import local_day
from services.intake.rules.need_index import NeedIndex, ZoneChoice, choose_zones
from services.intake.rules.source_text import N_
from services.intake.rules.targeting import SEED_DEFAULT, Weights, index_of
from services.intake.store import Territory
from shared.db import Tx, save_partners
from shared.errors import Problem, RefusedError
from shared.events import CampaignDeclared
from shared.words import (
    ActionKind,
    CampaignId,
    CampaignState,
    CrisisKind,
    Decision,
    InvitationId,
    Language,
    PartnerId,
    PartnerName,
    PersonId,
    Public,
    Skill,
    Weekday,
    ZoneId,
)

R = TypeVar("R")


class ActionForm(BaseModel):
    """How much of one kind of action is wanted; no zones means all of the campaign's."""

    kind: ActionKind
    per_zone_per_week: int = 0
    weekdays: tuple[Weekday, ...] = ()
    starts_min: int = 0
    duration_min: int = 0
    people_wanted: int = 2
    zone_ids: tuple[ZoneId, ...] = ()
    skill: Skill | None = None
    partners: tuple[PartnerId, ...] = ()
    from_on: date | None = None
    until_on: date | None = None


class WeightsForm(BaseModel):
    """What the index weighs: a preset, or one's own weights with a sentence that justifies them.

    `k` is for how many zones there are hands; as many as are chosen when it is not given.
    """

    preset: str | None = None
    custom: dict[str, float] | None = None
    justification: str = ""
    k: int | None = None
    seed: int = SEED_DEFAULT

    def asked(self) -> Weights:
        return Weights(self.preset, self.custom, self.justification, self.k, self.seed)


class ZonesForm(BaseModel):
    """The zones that a person chose, and why; per zone against the index, why as well."""

    chosen: tuple[ZoneId, ...] = ()
    reason: str = ""
    contradictions: dict[ZoneId, str] = {}


class DeclarationForm(BaseModel):
    """A campaign as it is declared. Little is mandatory here: the rule says what misses.

    `partner_names`: how people call its partners, by id. They stay in intake.
    """

    model_config = ConfigDict(allow_inf_nan=False)

    id: CampaignId | None = None
    invitation_id: InvitationId
    name_fr: str = ""
    name_nl: str = ""
    starts_on: date | None = None
    ends_on: date | None = Field(default=None, description="Last day, included.")
    publics: tuple[Public, ...] = ()
    languages_wanted: tuple[Language, ...] = ()
    languages_required: tuple[Language, ...] = ()
    actions: tuple[ActionForm, ...] = ()
    partners: tuple[PartnerId, ...] = ()
    partner_names: dict[PartnerId, PartnerName] = Field(default={})
    share_max_pct: int = SHARE_DEFAULT_PCT
    full_time_equivalents_max: float | None = None
    weights: WeightsForm = WeightsForm()
    zones: ZonesForm = ZonesForm()


async def declare_campaign(
    form: DeclarationForm, by: PersonId | None, tx: Tx
) -> tuple[CampaignId, bool]:
    """Keep a campaign; return its id, and whether it is new. The same form under an id counts once.

    Raises:
        MissingError: no such invitation.
        RefusedError: with every problem at once, those of the zones included.
    """
    invitation = await store.invitation_of(tx, form.invitation_id, lock=True)
    campaign_id = form.id or CampaignId(uuid7())
    if not await store.first_asked(tx, campaign_id, "campaign", form):
        return campaign_id, False
    decision = await store.decision_of(tx, form.invitation_id)
    territory = await store.current_territory(tx)
    assert invitation.crisis is not None  # noqa: S101 -- for the type checker; it was let in
    declared = _declaration(
        form, invitation.crisis, decision.verdict.decision if decision else None
    )

    problems: list[Problem] = []
    if await store.campaign_from(tx, form.invitation_id) is not None:
        problems.append(
            Problem(
                "extension_is_a_new_invitation",
                N_(
                    "Cette invitation a déjà mené à une campagne. Si la crise continue, encodez "
                    "une nouvelle invitation, qui sera évaluée avec les RAQ."
                ),
                place="invitation_id",
            )
        )
    _tried(
        problems,
        lambda: check_declaration(
            declared, today=local_day(tx.now), known_zones={z.id for z in territory.pack.zones}
        ),
    )
    chosen = _tried(problems, lambda: _choice(form, territory, declared.crisis))
    if problems or decision is None or chosen is None:
        raise RefusedError(*_each_once(problems))

    index, choice = chosen
    campaign = _campaign((campaign_id, form.invitation_id, decision.id), declared, choice, tx.now)
    await store.save_campaign(tx, campaign, choice.contradictions, by)
    await store.save_index_run(
        tx,
        store.IndexRun(
            campaign_id=campaign_id,
            territory_version=territory.version,
            crisis=declared.crisis,
            weighting=index.method.weighting,
            first_k=index.method.first_k,
            seed=index.method.seed,
            expires_on=campaign.life.ends_on,
        ),
    )
    named = set(form.partners).intersection(form.partner_names)
    await save_partners(tx, {partner_id: form.partner_names[partner_id] for partner_id in named})
    await tx.emit(
        CampaignDeclared(
            occurred_at=tx.now,
            campaign_id=campaign_id,
            invitation_id=form.invitation_id,
            name_fr=campaign.name_fr,
            name_nl=campaign.name_nl,
            crisis=campaign.crisis,
            starts_on=campaign.life.starts_on,
            ends_on=campaign.life.ends_on,
        )
    )
    return campaign_id, True


def _declaration(
    form: DeclarationForm, crisis: CrisisKind, decision: Decision | None
) -> Declaration:
    return Declaration(
        name_fr=form.name_fr,
        name_nl=form.name_nl,
        crisis=crisis,
        decision=decision,
        starts_on=form.starts_on,
        ends_on=form.ends_on,
        zone_ids=form.zones.chosen,
        publics=form.publics,
        actions=tuple(ActionWanted(**action.model_dump()) for action in form.actions),
        languages_wanted=form.languages_wanted,
        languages_required=form.languages_required,
        partners=form.partners,
        share_max_pct=form.share_max_pct,
        full_time_equivalents_max=form.full_time_equivalents_max,
    )


def _choice(
    form: DeclarationForm, territory: Territory, crisis: CrisisKind
) -> tuple[NeedIndex, ZoneChoice]:
    known = len(territory.pack.zones)
    hands_for = min(max(1, len(set(form.zones.chosen))), known)
    index = index_of(territory.pack, crisis, form.weights.asked(), first_k=hands_for)
    reasons: Mapping[ZoneId, str] = form.zones.contradictions
    return index, choose_zones(index, form.zones.chosen, form.zones.reason, reasons)


def _campaign(
    ids: tuple[CampaignId, InvitationId, UUID],
    declared: Declaration,
    choice: ZoneChoice,
    declared_at: datetime,
) -> store.Campaign:
    assert declared.starts_on is not None  # noqa: S101 -- for the type checker; the rule saw to it
    assert declared.ends_on is not None  # noqa: S101 -- the same
    return store.Campaign(
        id=ids[0],
        invitation_id=ids[1],
        decision_id=ids[2],
        name_fr=declared.name_fr.strip(),
        name_nl=declared.name_nl.strip(),
        crisis=declared.crisis,
        life=Life(CampaignState.DECLARED, declared.starts_on, declared.ends_on),
        publics=declared.publics,
        languages_wanted=declared.languages_wanted,
        languages_required=declared.languages_required,
        actions=planned_actions(declared),
        partners=declared.partners,
        share_max_pct=declared.share_max_pct,
        full_time_equivalents_max=declared.full_time_equivalents_max,
        zone_ids=choice.zone_ids,
        zones_reason=choice.reason,
        declared_at=declared_at,
        targeted_at=None,
        closed_at=None,
        closing_reason=None,
    )


def _tried(problems: list[Problem], attempt: Callable[[], R]) -> R | None:
    """Run a rule; put what it refuses with the other problems, so that all are told at once."""
    try:
        return attempt()
    except RefusedError as refused:
        problems.extend(refused.problems)
        return None


def _each_once(problems: list[Problem]) -> list[Problem]:
    """Drop what two rules found alike: each looks at the zones for its own reason."""
    told: dict[tuple[str, str], Problem] = {}
    for problem in problems:
        place = "" if problem.slug == "no_zones" else problem.place
        told.setdefault((problem.slug, place), problem)
    return list(told.values())
