"""What the zones half of a declaration shows: the charter, weights, a map, and the list beside it.

Made from an index that stays on this page; see `docs/need-index.md`, "What never leaves".
"""

from dataclasses import dataclass, replace
from typing import Any

from babel.numbers import format_decimal
from fastapi import Request
from markupsafe import Markup

from services.intake import store
from services.intake.rules.charter import CURRENT_CHARTER
from services.intake.rules.need_index import (
    CLASS_NAMES,
    CLASSES,
    INDICATORS,
    PRESETS,
    WEIGHT_MAX,
    Explanation,
    Group,
    Message,
    NeedIndex,
    available_indicators,
    reference_of,
    say_in_short,
    say_interval,
    shade_zones,
    zones_of,
)
from services.intake.rules.source_text import N_
from services.intake.rules.targeting import Weights, index_of, preset_key_for, weighting_of
from services.intake.rules.territory.choice_map import draw_choice_map
from services.intake.rules.territory.model import TerritoryPack
from services.intake.steps.declare_campaign import WeightsForm
from services.intake.web.api_need_index import NeedIndexOut, ZoneOut, index_out
from services.intake.web.forms import Typed, read_as, told
from services.intake.web.targeting_form import (
    HANDS_FOR,
    PCT,
    RETAINED,
    agreed_weights,
    reweighed,
    weights_typed,
)
from shared.errors import Problem, RefusedError
from shared.web import language_of, translate
from shared.words import CrisisKind, ZoneId

GAUGE_WIDTH = 100
SAYS = N_("%(zone)s, %(town)s : %(said)s.")
NOT_YET = N_("Ces poids ne sont pas encore justifiés.")
GROUPS = (
    (
        Group.RETAINED,
        N_("Retenus par l’indice"),
        N_("Parmi les premiers dans huit variantes sur dix, ou plus."),
    ),
    (
        Group.TO_DISCUSS,
        N_("À discuter avec le terrain"),
        N_("Parmi les premiers dans certaines variantes, pas dans d’autres."),
    ),
    (
        Group.NOT_A_PRIORITY,
        N_("Pas prioritaires pour cette campagne-ci"),
        N_("Parmi les premiers dans moins de deux variantes sur dix."),
    ),
    (
        Group.INSUFFICIENT,
        N_("Données insuffisantes"),
        N_("L’indice ne dit rien\u00a0: la décision est humaine."),
    ),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One zone in the list. `gauge` is (left, width) in hundredths, None when it is not ranked.

    `against` says which choice contradicts the index, and asks for a reason: `chosen`, `left`, or
    neither.
    """

    zone: ZoneOut
    municipality: str
    place: str
    says: str
    gauge: tuple[int, int] | None
    against: str


@dataclass(frozen=True, slots=True)
class Lines:
    """One group of the list."""

    title: str
    hint: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Slider:
    """What one indicator counts: points, the share of all that they are, the points agreed on."""

    key: str
    label: str
    points: int
    share_pct: int
    agreed: int


def compared(
    pack: TerritoryPack, crisis: CrisisKind, typed: Typed
) -> tuple[Weights, tuple[Problem, ...]]:
    """Find the weights to compare by: those typed, else those agreed for the crisis, and why.

    Weights that nobody justified yet are compared by all the same: the reason is asked when the
    campaign is declared.
    """
    wanted = Weights()
    try:
        wanted = read_as(WeightsForm, weights_typed(typed)).asked()
        if wanted.custom is not None and not wanted.justification.strip():
            wanted = replace(wanted, justification=NOT_YET)
        weighting_of(zones_of(pack), crisis, wanted)
    except RefusedError as refused:
        return Weights(first_k=wanted.first_k), refused.problems
    return wanted, ()


def shades_of(
    pack: TerritoryPack, crisis: CrisisKind, weights: Weights
) -> dict[ZoneId, int | None]:
    """Put the zones of a pack in the map's five classes."""
    zones = zones_of(pack)
    return shade_zones(zones, weighting_of(zones, crisis, weights).weights, reference_of(pack))


def drawn_classes(pack: TerritoryPack, shades: dict[ZoneId, int | None]) -> str:
    """Write the class of each drawn zone, in the order of their ids, for the map's script."""
    drawn = sorted(zone.id for zone in pack.zones if zone.tile or zone.outline)
    return "".join("z" if (shade := shades.get(each)) is None else str(shade) for each in drawn)


def asked_of_zones(typed: Typed, pack: TerritoryPack, crisis: CrisisKind) -> Typed | None:
    """Do what a button of this half asks; None when another button was pressed.

    Either other weights are taken, or the zones that the index retains are added to those chosen.
    """
    if typed.text("go") != RETAINED:
        return reweighed(typed)
    weights, _ = compared(pack, crisis, typed)
    index = index_of(pack, crisis, weights, first_k=min(HANDS_FOR, len(pack.zones)))
    chosen = tuple(dict.fromkeys((*typed.all("zone"), *index.groups().retained)))
    return replace(typed, lists={**typed.lists, "zone": chosen})


def list_context(
    request: Request, territory: store.Territory, crisis: CrisisKind, typed: Typed
) -> dict[str, Any]:
    """Compare the zones by what was typed, for `targeting_zones.html`."""
    pack, language = territory.pack, language_of(request)
    weights, problems = compared(pack, crisis, typed)
    first_k = min(HANDS_FOR, len(pack.zones))
    try:
        index = index_of(pack, crisis, weights, first_k=first_k)
    except RefusedError as refused:  # an impossible number of zones
        problems += refused.problems
        index = index_of(pack, crisis, replace(weights, first_k=None), first_k=first_k)
    shown = index_out(index, territory.version, language)
    groups = lines_of(index, shown, pack, language)
    chosen = set(typed.all("zone"))
    return {
        "index": shown,
        "groups": groups,
        "zones_ranked": index.method.zones_ranked,
        "says": {line.zone.zone_id: line.says for group in groups for line in group.lines},
        "index_labels": {key: indicator.label for key, indicator in INDICATORS.items()},
        "index_units": {key: indicator.unit for key, indicator in INDICATORS.items()},
        "chosen": len([zone for zone in pack.zones if zone.id in chosen]),
        "retained": len(shown.retained),
        "weights_told": told(request, problems),
        "attribution": pack.attribution,
        "typed": typed,
    }


def targeting_context(
    request: Request,
    territory: store.Territory,
    crisis: CrisisKind,
    judged: store.KeptJudgement | None,
    typed: Typed,
) -> dict[str, Any]:
    """Gather all of `targeting.html`: the list above, the weights, the map and the charter."""
    pack, language = territory.pack, language_of(request)
    listed = list_context(request, territory, crisis, typed)
    weights, _ = compared(pack, crisis, typed)
    drawn = draw_choice_map(pack, language, translate(language, N_("Carte des quartiers")))
    painted = drawn.paint(
        shades_of(pack, crisis, weights), frozenset(typed.all("zone")), listed["says"]
    )
    agreed = preset_key_for(crisis)
    pressed = typed.text("preset", agreed)
    sliders = sliders_of(pack, typed, pressed, language)
    return listed | {
        "drawn": Markup(painted),  # noqa: S704 - the drawing escapes whatever it is given
        "shade_names": [translate(language, name) for name in CLASS_NAMES],
        "shade_classes": CLASSES,
        "sliders": sliders,
        "weight_max_pct": round(WEIGHT_MAX * PCT),
        "own_weights": any(slider.points != slider.agreed for slider in sliders),
        "presets": list(PRESETS),
        "pressed": pressed,
        "agreed": agreed,
        "names": sorted(zone.name(language) for zone in pack.zones),
        "charter_lines": charter_lines(judged),
    }


def charter_lines(judged: store.KeptJudgement | None) -> list[tuple[str, bool | None, str]]:
    """List the four laws of a mobilisation: title, whether it is respected, in which words."""
    answers = judged.judgement.laws if judged else {}
    return [
        (article.title, answer.respected if answer else None, answer.sentence if answer else "")
        for law, article in CURRENT_CHARTER.laws.items()
        for answer in (answers.get(law),)
    ]


def sliders_of(pack: TerritoryPack, typed: Typed, preset: str, language: str) -> tuple[Slider, ...]:
    """Make one slider per indicator that this territory has figures for, or that is agreed on."""
    available = available_indicators(zones_of(pack))
    agreed = agreed_weights(preset, dict.fromkeys(available, 0.0))
    keys = [key for key in INDICATORS if key in available or agreed.get(key)]
    at_first = {key: round(agreed.get(key, 0) * PCT) for key in keys}
    points = {key: round(_number(typed.text(f"weight_{key}"), at_first[key])) for key in keys}
    total = sum(points.values()) or 1
    return tuple(
        Slider(
            key,
            translate(language, INDICATORS[key].label),
            points[key],
            round(points[key] * PCT / total),
            at_first[key],
        )
        for key in keys
    )


def _number(written: str, otherwise: float) -> float:
    try:
        return float(written.replace(",", "."))
    except ValueError:
        return otherwise


def lines_of(
    index: NeedIndex, shown: NeedIndexOut, pack: TerritoryPack, language: str
) -> tuple[Lines, ...]:
    """Put every zone in its group, each group in alphabetical order, empty groups left out."""
    towns = {
        zone.id: ", ".join(name.said_in(language) for name in zone.municipalities)
        for zone in pack.zones
    }
    by_group = {
        Group.RETAINED: shown.retained,
        Group.TO_DISCUSS: shown.to_discuss,
        Group.NOT_A_PRIORITY: shown.not_a_priority,
        Group.INSUFFICIENT: shown.insufficient,
    }
    return tuple(
        Lines(
            translate(language, title),
            translate(language, hint),
            tuple(line_of(zone, index, towns.get(zone.zone_id, ""), language) for zone in zones),
        )
        for group, title, hint in GROUPS
        if (zones := by_group[group])
    )


def line_of(zone: ZoneOut, index: NeedIndex, town: str, language: str) -> Line:
    """Say one zone: its place as words, and the line that the map reads aloud."""
    why = index.explanation(zone.zone_id)
    place = say_interval(why)
    short = ", ".join(_rendered(part, language) for part in say_in_short(why))
    return Line(
        zone=zone,
        municipality=town,
        place=_rendered(place, language) if place else "",
        says=translate(
            language,
            SAYS,
            {"zone": zone.name, "town": town, "said": short},
        ),
        gauge=_gauge(why),
        against={
            Group.RETAINED: "left",
            Group.TO_DISCUSS: "",
            Group.NOT_A_PRIORITY: "chosen",
            Group.INSUFFICIENT: "chosen",
        }[why.group],
    )


def _rendered(message: Message, language: str) -> str:
    return message.render(
        lambda text: translate(language, text),
        lambda value: value if isinstance(value, str) else format_decimal(value, locale=language),
    )


def _gauge(why: Explanation) -> tuple[int, int] | None:
    """Place the interval between the most need, on the right, and the least."""
    if why.interval is None:
        return None
    step = GAUGE_WIDTH / max(1, why.zones_ranked)
    left = round((why.zones_ranked - why.interval.high) * step)
    width = max(round(step), round((why.interval.high - why.interval.low + 1) * step))
    return left, width
