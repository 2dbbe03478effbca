"""What would be different, or what a campaign would be: read, refused, written out as tasks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from services.dispatch.rules.local_time import DAY_MIN
from services.dispatch.rules.matching.model import N_
from services.dispatch.rules.roster import Frame, Slot
from services.dispatch.rules.tasks import generate_tasks
from shared.errors import Problem
from shared.events import PlannedAction
from shared.words import ActionKind, CampaignId, Language, Skill, TaskId, Weekday

LENGTH_MAX = timedelta(weeks=26)  # Source: the founders' law 4, "at most 26 weeks"
SHARE_MAX_PCT = 80  # law 3: the other 20 % are the host partner's
PEOPLE_MAX = 3  # Source: charter, "en binôme ou trinôme"
ALONE_ALLOWED = frozenset({ActionKind.ACCOMPANIMENT, ActionKind.INTERPRETING})
PER_WEEK_MAX = 40  # in a zone: a slip of the keyboard; eight a working day is beyond any team
ACTIONS_MAX = 12
TASKS_MAX = 2000  # more would not be matched while somebody waits
DRAFT = CampaignId(UUID(int=0))  # the campaign that exists only in a form


@dataclass(frozen=True, slots=True)
class ActionWish:
    """How much of one kind of action in each zone; none a week takes the action away.

    `of`: which action of the campaign this is, changed; None for a new one, in every zone.
    """

    kind: ActionKind
    per_zone_per_week: int
    weekdays: tuple[Weekday, ...]
    starts_min: int
    duration_min: int
    people_wanted: int
    skill: Skill | None = None
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """A campaign as it would be. `ends_on` is the last day, included."""

    starts_on: date
    ends_on: date
    zone_ids: frozenset[str]
    languages_wanted: frozenset[Language]
    languages_required: frozenset[Language]
    share_max_pct: int
    actions: tuple[ActionWish, ...]


def wished_actions(actions: Sequence[PlannedAction]) -> tuple[ActionWish, ...]:
    """Say a campaign's actions as they are."""
    return tuple(
        ActionWish(
            action.kind,
            action.per_zone_per_week,
            action.weekdays,
            action.starts_min,
            action.duration_min,
            action.people_wanted,
            action.skill,
            number,
        )
        for number, action in enumerate(actions)
    )


def wish_problems(wish: Wish, known_zones: Collection[str], today: date) -> list[Problem]:
    """Say why a campaign cannot be tried; empty when it can. A declaration is refused the same."""
    return [*_of_dates(wish, today), *_of_the_rest(wish, known_zones), *_of_actions(wish)]


def _of_dates(wish: Wish, today: date) -> Iterable[Problem]:
    if not wish.starts_on <= wish.ends_on < wish.starts_on + LENGTH_MAX:
        text = N_("Une campagne finit après son début, %(weeks)s semaines plus tard au plus.")
        weeks = LENGTH_MAX.days // 7
        yield Problem("bad_period", text, place="ends_on", values={"weeks": weeks})
    elif wish.ends_on < today:
        text = N_("Ces jours sont passés\u00a0: choisissez un dernier jour à venir.")
        yield Problem("in_the_past", text, place="ends_on")


def _of_the_rest(wish: Wish, known_zones: Collection[str]) -> Iterable[Problem]:
    if not 1 <= wish.share_max_pct <= SHARE_MAX_PCT:
        text = N_("La part va de 1 à %(max)s\u00a0%%\u00a0: le reste est au partenaire hébergeur.")
        most: dict[str, object] = {"max": SHARE_MAX_PCT}
        yield Problem("bad_share", text, place="share_max_pct", values=most)
    if not wish.zone_ids or not wish.zone_ids <= set(known_zones):
        yield Problem("no_zone", N_("Choisissez au moins un quartier."), place="zone_ids")


def _of_actions(wish: Wish) -> Iterable[Problem]:
    wanted = [action for action in wish.actions if action.per_zone_per_week]
    if not wanted:
        yield Problem("no_action", N_("Prévoyez au moins une action."), place="actions")
    for action in wanted:
        if not 1 <= action.per_zone_per_week <= PER_WEEK_MAX:
            text = N_("Prévoyez de 1 à %(max)s actions par quartier et par semaine.")
            yield Problem("bad_quantity", text, place="actions", values={"max": PER_WEEK_MAX})
        if not action.weekdays:
            yield Problem("no_weekday", N_("Choisissez au moins un jour."), place="actions")
        if action.duration_min < 1 or action.starts_min + action.duration_min > DAY_MIN:
            text = N_("L’action commence et finit le même jour.")
            yield Problem("bad_hours", text, place="actions")
        fewest = 1 if action.kind in ALONE_ALLOWED else 2
        if not fewest <= action.people_wanted <= PEOPLE_MAX:
            text = N_(
                "Cette action se fait à deux ou à trois\u00a0; seule l’orientation individuelle "
                "se fait aussi à une personne."
            )
            yield Problem("bad_people", text, place="actions")


def draft_frame(wish: Wish) -> Frame:
    """Return a campaign that nobody declared."""
    return changed_frame(
        Frame(DRAFT, wish.starts_on, wish.ends_on, share_max_pct=wish.share_max_pct), wish
    )


def changed_frame(frame: Frame, wish: Wish) -> Frame:
    """Return the campaign as it would be."""
    return replace(
        frame,
        starts_on=wish.starts_on,
        ends_on=wish.ends_on,
        languages_wanted=wish.languages_wanted,
        languages_required=wish.languages_required,
        share_max_pct=wish.share_max_pct,
    )


def changed_slots(
    frame: Frame,
    actions: Sequence[PlannedAction],
    wish: Wish,
    not_before: datetime,
    known: Mapping[TaskId, Slot | None],
) -> tuple[Slot, ...]:
    """Write out the tasks to come of the changed campaign.

    A zone that is new gets the actions that at least half of the campaign's zones have. At another
    hour it is another task: who was asked about the old one was not asked about this one.

    Args:
        frame: as changed.
        actions: of the campaign, as planned; none of a draft.
        wish: what would be different.
        not_before: now.
        known: the tasks there are, as they stand by now; None: over or withdrawn.
    """
    written = generate_tasks(frame, list(_planned(wish, actions)), not_before)
    found = [_as_it_stands(slot, known.get(slot.id, slot)) for slot in written]
    return tuple(slot for slot in found if slot is not None and slot.starts_at > not_before)


def _as_it_stands(wished: Slot, known: Slot | None) -> Slot | None:
    """Keep when a task is by now; its length and how many people it wants are as wished."""
    if known is None:
        return None
    length = wished.ends_at - wished.starts_at
    return replace(known, people_wanted=wished.people_wanted, ends_at=known.starts_at + length)


def _planned(wish: Wish, actions: Sequence[PlannedAction]) -> Iterable[PlannedAction]:
    before = {zone for action in actions for zone in action.zone_ids}
    for wished in wish.actions:
        if not wished.per_zone_per_week:
            continue
        base = actions[wished.of] if wished.of is not None and wished.of < len(actions) else None
        zones = wish.zone_ids if base is None else _zones_of(base, before, wish.zone_ids)
        if zones:
            yield PlannedAction(
                kind=wished.kind,
                zone_ids=tuple(sorted(zones)),
                per_zone_per_week=wished.per_zone_per_week,
                weekdays=wished.weekdays,
                starts_min=wished.starts_min,
                duration_min=wished.duration_min,
                people_wanted=wished.people_wanted,
                skill=wished.skill,
                partners=base.partners if base else (),
                from_on=base.from_on if base else None,
                until_on=base.until_on if base else None,
            )


def _zones_of(
    action: PlannedAction, before: Collection[str], after: Collection[str]
) -> Collection[str]:
    """Say in which zones of a changed campaign an action is."""
    zones = {zone for zone in after if zone in action.zone_ids}
    if 2 * len(action.zone_ids) >= len(before):
        zones |= {zone for zone in after if zone not in before}
    return zones
