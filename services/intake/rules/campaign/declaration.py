"""Declaring a campaign: everything it must have, refused with every problem at once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from services.intake.rules.source_text import N_
from shared.errors import Problem, RefusedError
from shared.events import PlannedAction
from shared.words import (
    ActionKind,
    CrisisKind,
    Decision,
    Language,
    PartnerId,
    Public,
    Skill,
    Weekday,
    ZoneId,
)

LENGTH_MAX = timedelta(weeks=26)  # Source: the founders' law 4, "at most 26 weeks".
NAME_CHARACTERS = range(3, 81)  # The bounds of `shared.words.PublicName`.
SHARE_DEFAULT_PCT = 40  # Our default, to be settled with the team.
SHARE_MAX_PCT = 80  # Source: charter of September 2022: 20 % are the host partner's.
DAY_MIN = 24 * 60
PER_ZONE_PER_WEEK_MAX = 40  # A slip of the keyboard; eight a working day is beyond any team.
PEOPLE_MAX = 3  # Source: charter, "en binôme ou trinôme".
# Kinds that one worker may do alone: individual guidance, which follows one person.
ALONE_ALLOWED = frozenset({ActionKind.ACCOMPANIMENT, ActionKind.INTERPRETING})


@dataclass(frozen=True, slots=True)
class ActionWanted:
    """How much of one kind of action is wanted; the fields of the fact `PlannedAction`.

    No `zone_ids` means every zone of the campaign; no weekday is refused.
    """

    kind: ActionKind
    per_zone_per_week: int
    weekdays: tuple[Weekday, ...]
    starts_min: int
    duration_min: int
    people_wanted: int = 2
    zone_ids: tuple[ZoneId, ...] = ()
    skill: Skill | None = None
    partners: tuple[PartnerId, ...] = ()
    from_on: date | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the coordination declares. `ends_on` is the last day; dates are None until given.

    `decision` is the one on the invitation that the campaign cites.
    """

    name_fr: str
    name_nl: str
    crisis: CrisisKind
    decision: Decision | None
    starts_on: date | None
    ends_on: date | None
    zone_ids: tuple[ZoneId, ...]
    publics: tuple[Public, ...]
    actions: tuple[ActionWanted, ...]
    languages_wanted: tuple[Language, ...] = ()
    languages_required: tuple[Language, ...] = ()
    partners: tuple[PartnerId, ...] = ()
    share_max_pct: int = SHARE_DEFAULT_PCT
    full_time_equivalents_max: float | None = None


def check_declaration(
    declaration: Declaration, *, today: date, known_zones: Collection[ZoneId] | None = None
) -> None:
    """Let a declaration pass that has all it must have.

    Args:
        declaration: as the coordination filled it in.
        today: the day of the declaration; a campaign starts then at the earliest.
        known_zones: those of the territory, when the caller wants them checked.

    Raises:
        RefusedError: with every problem at once.
    """
    problems = [
        *_problems_of_decision(declaration.decision),
        *_problems_of_names(declaration),
        *_problems_of_dates(declaration, today),
        *_problems_of_zones(declaration.zone_ids, known_zones),
        *_problems_of_share(declaration),
    ]
    if not declaration.publics:
        problems.append(
            Problem("no_public", N_("Dites pour qui : au moins un public."), place="publics")
        )
    if not declaration.actions:
        problems.append(Problem("no_action", N_("Prévoyez au moins une action."), place="actions"))
    for number, action in enumerate(declaration.actions, start=1):
        problems.extend(_problems_of_action(action, declaration, f"actions[{number}]"))
    if problems:
        raise RefusedError(*problems)


def planned_actions(declaration: Declaration) -> tuple[PlannedAction, ...]:
    """Say the plan as the fact says it, zones in the order of their ids.

    `declaration` must have passed `check_declaration`.
    """
    return tuple(
        PlannedAction(
            kind=action.kind,
            zone_ids=tuple(sorted(set(action.zone_ids or declaration.zone_ids))),
            per_zone_per_week=action.per_zone_per_week,
            weekdays=action.weekdays,
            starts_min=action.starts_min,
            duration_min=action.duration_min,
            people_wanted=action.people_wanted,
            skill=action.skill,
            partners=action.partners,
            from_on=action.from_on,
            until_on=action.until_on,
        )
        for action in declaration.actions
    )


def _problems_of_decision(decision: Decision | None) -> Iterable[Problem]:
    if decision is None:
        yield Problem(
            "no_decision",
            N_("Une campagne cite la décision prise sur l'invitation : décidez d'abord."),
            place="decision",
        )
    elif decision is Decision.REFUSE:
        yield Problem(
            "invitation_refused",
            N_("L'invitation a été refusée : aucune campagne ne peut s'appuyer dessus."),
            place="decision",
        )


def _problems_of_names(declaration: Declaration) -> Iterable[Problem]:
    for place, name in (("name_fr", declaration.name_fr), ("name_nl", declaration.name_nl)):
        if len(name.strip()) not in NAME_CHARACTERS:
            yield Problem(
                "bad_name",
                N_("Le nom compte de %(min)s à %(max)s caractères, en français et en néerlandais."),
                place=place,
                values={"min": NAME_CHARACTERS[0], "max": NAME_CHARACTERS[-1]},
            )


def _problems_of_dates(declaration: Declaration, today: date) -> Iterable[Problem]:
    starts_on, ends_on = declaration.starts_on, declaration.ends_on
    if starts_on is None:
        yield Problem("no_start", N_("Donnez le premier jour."), place="starts_on")
    elif starts_on < today:
        yield Problem(
            "starts_in_the_past",
            N_("Le premier jour est déjà passé : une campagne commence aujourd'hui au plus tôt."),
            place="starts_on",
        )
    if ends_on is None:
        yield Problem(
            "no_end",
            N_("Donnez le dernier jour : aucune campagne n'existe sans fin."),
            place="ends_on",
        )
    if starts_on is None or ends_on is None:
        return
    if ends_on < starts_on:
        yield Problem(
            "ends_before_it_starts", N_("Le dernier jour précède le premier."), place="ends_on"
        )
    elif ends_on >= starts_on + LENGTH_MAX:
        yield Problem(
            "too_long",
            N_(
                "Une campagne dure %(weeks)s semaines au plus. "
                "Si la crise continue, ce sera une nouvelle invitation."
            ),
            place="ends_on",
            values={"weeks": LENGTH_MAX.days // 7},
        )


def _problems_of_zones(
    zone_ids: tuple[ZoneId, ...], known_zones: Collection[ZoneId] | None
) -> Iterable[Problem]:
    if not zone_ids:
        yield Problem("no_zones", N_("Choisissez au moins un quartier."), place="zone_ids")
    for zone_id in sorted(set(zone_ids)):
        if zone_ids.count(zone_id) > 1:
            yield Problem("zone_given_twice", N_("Ce quartier est donné deux fois."), place=zone_id)
        if known_zones is not None and zone_id not in known_zones:
            yield Problem(
                "unknown_zone", N_("Ce quartier n'existe pas sur le territoire."), place=zone_id
            )


def _problems_of_share(declaration: Declaration) -> Iterable[Problem]:
    if not 1 <= declaration.share_max_pct <= SHARE_MAX_PCT:
        yield Problem(
            "share_out_of_bounds",
            N_(
                "La part du temps d'un·e RAQ se situe entre 1 et %(max)s %% : "
                "le reste appartient au partenaire hébergeur."
            ),
            place="share_max_pct",
            values={"max": SHARE_MAX_PCT},
        )
    equivalents = declaration.full_time_equivalents_max
    if equivalents is not None and not 0 < equivalents < float("inf"):
        yield Problem(
            "full_time_equivalents_out_of_bounds",
            N_("Le nombre d'équivalents temps plein est plus grand que 0, ou laissé vide."),
            place="full_time_equivalents_max",
        )


def _problems_of_action(
    action: ActionWanted, declaration: Declaration, at: str
) -> Iterable[Problem]:
    if not 1 <= action.per_zone_per_week <= PER_ZONE_PER_WEEK_MAX:
        yield Problem(
            "quantity_out_of_bounds",
            N_("Prévoyez de 1 à %(max)s actions par quartier et par semaine."),
            place=f"{at}.per_zone_per_week",
            values={"max": PER_ZONE_PER_WEEK_MAX},
        )
    if not action.weekdays:
        yield Problem("no_weekday", N_("Choisissez au moins un jour."), place=f"{at}.weekdays")
    if not (
        0 <= action.starts_min < DAY_MIN
        and action.duration_min > 0
        and action.starts_min + action.duration_min <= DAY_MIN
    ):
        yield Problem(
            "hours_out_of_bounds",
            N_("L'action commence et finit le même jour, et dure plus de zéro minute."),
            place=f"{at}.starts_min",
        )
    yield from _problems_of_people(action, f"{at}.people_wanted")
    for zone_id in sorted(set(action.zone_ids) - set(declaration.zone_ids)):
        yield Problem(
            "action_outside_the_campaign",
            N_("Ce quartier ne fait pas partie de la campagne."),
            place=f"{at}.zone_ids.{zone_id}",
        )
    for partner in sorted(set(action.partners) - set(declaration.partners)):
        yield Problem(
            "partner_outside_the_campaign",
            N_("Ce partenaire ne fait pas partie de la campagne."),
            place=f"{at}.partners.{partner}",
        )
    yield from _problems_of_period(action, declaration, at)


def _problems_of_people(action: ActionWanted, place: str) -> Iterable[Problem]:
    fewest = 1 if action.kind in ALONE_ALLOWED else 2
    if not fewest <= action.people_wanted <= PEOPLE_MAX:
        yield Problem(
            "people_out_of_bounds",
            N_(
                "Cette action se fait à deux ou à trois. "
                "Seule l'orientation individuelle se fait aussi à une personne."
            ),
            place=place,
            values={"min": fewest, "max": PEOPLE_MAX},
        )


def _problems_of_period(
    action: ActionWanted, declaration: Declaration, at: str
) -> Iterable[Problem]:
    first = action.from_on or declaration.starts_on
    last = action.until_on or declaration.ends_on
    if (
        first is None
        or last is None
        or declaration.starts_on is None
        or declaration.ends_on is None
    ):
        return
    if not declaration.starts_on <= first <= last <= declaration.ends_on and (
        action.from_on or action.until_on
    ):
        yield Problem(
            "period_outside_the_campaign",
            N_("Cette action doit tomber entre le premier et le dernier jour de la campagne."),
            place=f"{at}.from_on",
        )
