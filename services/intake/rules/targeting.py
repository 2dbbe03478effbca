"""What a campaign asks of the need index: which weights, for how many zones."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.intake.rules.need_index import (
    PRESETS,
    NeedIndex,
    Weighting,
    Zone,
    available_indicators,
    build_need_index,
    edited_weighting,
    preset_for,
    reference_of,
    zones_of,
)
from services.intake.rules.source_text import N_
from services.intake.rules.territory.model import TerritoryPack
from shared.errors import refuse
from shared.words import CrisisKind

SEED_DEFAULT = 2022  # Any number would do; the same one everywhere makes an index repeatable.
PRESET_CRISES: Mapping[str, CrisisKind] = {
    key: CrisisKind.OTHER if key == "equal" else CrisisKind(key) for key in PRESETS
}


@dataclass(frozen=True, slots=True)
class Weights:
    """What the coordination asks the index to weigh.

    `preset` is a key of `PRESETS` (None: that of the crisis); `custom` replaces its weights and
    needs a justification. `first_k` is for how many zones the campaign has hands.
    """

    preset: str | None = None
    custom: Mapping[str, float] | None = None
    justification: str = ""
    first_k: int | None = None
    seed: int = SEED_DEFAULT


def index_of(
    pack: TerritoryPack, crisis: CrisisKind, weights: Weights, *, first_k: int
) -> NeedIndex:
    """Make the index of one campaign from the pack's most recent figures.

    Values are compared with the inhabited quarters of the pack when it has figures for these, else
    with the zones themselves. `first_k` counts where `weights.first_k` is None.

    Raises:
        RefusedError: an unknown preset, weights that do not hold, an impossible `first_k`.
    """
    zones = zones_of(pack)
    wanted = weights.first_k if weights.first_k is not None else first_k
    return build_need_index(
        zones,
        weighting_of(zones, crisis, weights),
        first_k=wanted,
        seed=weights.seed,
        reference=reference_of(pack),
    )


def weighting_of(zones: tuple[Zone, ...], crisis: CrisisKind, weights: Weights) -> Weighting:
    """Find the weights that are asked for, with what stands in where nobody publishes a value.

    Raises:
        RefusedError: an unknown preset, or custom weights that do not hold.
    """
    if weights.preset is not None and weights.preset not in PRESET_CRISES:
        raise refuse(
            "unknown_preset",
            N_("Ces poids n'existent pas : %(preset)s."),
            place="weights.preset",
            preset=weights.preset,
        )
    start = crisis if weights.preset is None else PRESET_CRISES[weights.preset]
    preset = preset_for(start, available=available_indicators(zones))
    if weights.custom is None:
        return preset
    return edited_weighting(preset, weights.custom, weights.justification)


def preset_key_for(crisis: CrisisKind) -> str:
    """Name the preset to start from for a kind of crisis."""
    return crisis.value if crisis.value in PRESETS else "equal"
