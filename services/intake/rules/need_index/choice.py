"""The human choice of zones: with a reason, and one more wherever it contradicts the index."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from services.intake.rules.need_index.index import Group, NeedIndex
from services.intake.rules.source_text import N_
from shared.errors import Problem, RefusedError
from shared.words import ZoneId

REASON_MIN_CHARACTERS = 10
REASON_MAX_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """The zones of a campaign, in the order of their ids, and why. Only the ids leave intake."""

    zone_ids: tuple[ZoneId, ...]
    reason: str
    contradictions: Mapping[ZoneId, str] = field(default_factory=dict)
    weighting: str = ""


def contradicts(group: Group, *, chosen: bool) -> bool:
    """Say whether choosing (or leaving) a zone of this group needs a reason of its own.

    A zone with insufficient data has nothing to contradict, but nothing to lean on either: choosing
    it needs a reason, leaving it does not.
    """
    if chosen:
        return group in (Group.NOT_A_PRIORITY, Group.INSUFFICIENT)
    return group is Group.RETAINED


def choose_zones(
    index: NeedIndex,
    chosen: Collection[ZoneId],
    reason: str,
    contradictions: Mapping[ZoneId, str],
) -> ZoneChoice:
    """Choose the zones of a campaign. The index advises; a person decides and says why.

    Args:
        index: of this campaign.
        chosen: the zones.
        reason: why these, in the coordination's words, 10 to 1000 characters; it stays in intake.
        contradictions: per zone that goes against the index, why.

    Raises:
        RefusedError: with every problem at once: no zone, an unknown one, a reason that is missing.
    """
    known = index.zone_ids
    problems = [
        Problem(
            "unknown_zone",
            N_("Ce quartier ne fait pas partie de l'indice de cette campagne."),
            place=zone_id,
        )
        for zone_id in sorted({*chosen, *contradictions} - set(known))
    ]
    if not chosen:
        problems.append(Problem("no_zones", N_("Choisissez au moins un quartier."), place="zones"))
    problems.extend(_problems_of_reason(reason, place="reason"))
    kept: dict[ZoneId, str] = {}
    for zone_id in known:
        said = contradictions.get(zone_id, "").strip()
        needed = contradicts(index.explanation(zone_id).group, chosen=zone_id in chosen)
        if said:
            kept[zone_id] = said
        if said or needed:
            problems.extend(_problems_of_reason(said, place=zone_id))
    if problems:
        raise RefusedError(*problems)
    return ZoneChoice(
        zone_ids=tuple(sorted(set(chosen))),
        reason=reason.strip(),
        contradictions=kept,
        weighting=index.method.weighting.reference,
    )


def _problems_of_reason(said: str, *, place: str) -> list[Problem]:
    length = len(said.strip())
    if length < REASON_MIN_CHARACTERS:
        if place == "reason":
            return [
                Problem(
                    "choice_without_reason",
                    N_("Dites pourquoi ces quartiers : l'indice n'est pas une raison suffisante."),
                    place=place,
                )
            ]
        return [
            Problem(
                "contradiction_without_reason",
                N_("Ce choix va à l'encontre de l'indice ou s'en passe : dites pourquoi."),
                place=place,
            )
        ]
    if length > REASON_MAX_CHARACTERS:
        return [
            Problem(
                "reason_too_long",
                N_("La raison tient en %(max)s caractères au plus."),
                place=place,
                values={"max": REASON_MAX_CHARACTERS},
            )
        ]
    return []
