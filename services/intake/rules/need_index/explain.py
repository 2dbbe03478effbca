"""The words for an index: sentences about areas and data, never about who lives there."""

from math import ceil, floor

from services.intake.rules.need_index.index import Explanation, Group, Method
from services.intake.rules.need_index.indicators import INDICATORS
from services.intake.rules.need_index.message import Message
from services.intake.rules.source_text import N_

# An interval narrower than this share of the ranking reads as steady, wider than that as unsteady.
STEADY_BELOW, UNSTEADY_FROM = 0.15, 0.40
WEIGHS_FROM = 0.05  # Contributions below this are not worth a word; the page's table has them all.

_STANDING = {
    Group.RETAINED: N_(
        "%(zone)s : retenu par l'indice (présent dans %(share_pct)s %% des variantes)."
    ),
    Group.TO_DISCUSS: N_(
        "%(zone)s : à discuter avec le terrain (présent dans %(share_pct)s %% des variantes)."
    ),
    Group.NOT_A_PRIORITY: N_(
        "%(zone)s : pas prioritaire pour cette campagne-ci "
        "(présent dans %(share_pct)s %% des variantes)."
    ),
}


def explain_zone(explanation: Explanation, language: str = "fr") -> tuple[Message, ...]:
    """Say why a zone stands where it stands: standing, steadiness, what weighs, years, gaps."""
    zone = explanation.name_nl if language == "nl" else explanation.name_fr
    share = explanation.share_of_variants
    if share is None or explanation.interval is None:
        return (
            Message(
                N_(
                    "%(zone)s : données insuffisantes. Il manque %(missing_pct)s %% du poids des "
                    "indicateurs ; l'indice ne dit rien, la décision est humaine."
                ),
                {"zone": zone, "missing_pct": as_pct(explanation.missing_weight)},
            ),
            *_gaps(explanation),
        )
    standing = Message(_STANDING[explanation.group], {"zone": zone, "share_pct": as_pct(share)})
    return (
        standing,
        _steadiness(explanation),
        *_what_weighs(explanation),
        *_years(explanation),
        *_smoothed(explanation),
        *_gaps(explanation),
    )


# A rank interval as words: in which third of the zones its two ends lie. Numbers would claim more
# than two thousand variants can know.
_THIRDS = {
    (0, 0): N_("presque toujours dans le premier tiers"),
    (0, 1): N_("dans les deux premiers tiers"),
    (0, 2): N_("du premier au dernier tiers"),
    (1, 1): N_("presque toujours au milieu"),
    (1, 2): N_("dans les deux derniers tiers"),
    (2, 2): N_("presque toujours dans le dernier tiers"),
}
_IN_SHORT = {
    Group.RETAINED: N_("retenu par l'indice"),
    Group.TO_DISCUSS: N_("à discuter avec le terrain"),
    Group.NOT_A_PRIORITY: N_("pas prioritaire pour cette campagne-ci"),
    Group.INSUFFICIENT: N_("données insuffisantes, la décision est humaine"),
}


def say_interval(explanation: Explanation) -> Message | None:
    """Say in words where a zone came out in 90 % of the variants; None when it was not ranked."""
    interval = explanation.interval
    if interval is None:
        return None

    def third(rank: int) -> int:
        return min(2, (rank - 1) * 3 // max(1, explanation.zones_ranked))

    return Message(_THIRDS[third(interval.low), third(interval.high)])


def say_in_short(explanation: Explanation) -> tuple[Message, ...]:
    """Say in a few words each: the group, the place, what weighs most. For a line under a map."""
    said = [Message(_IN_SHORT[explanation.group])]
    place = say_interval(explanation)
    if place is not None:
        said.append(place)
    if explanation.contributions:
        first = explanation.contributions[0]
        said.append(Message(N_("pèse surtout : %(what)s"), {"what": _label(first.indicator)}))
    return tuple(said)


def explain_weighting(method: Method) -> tuple[Message, ...]:
    """Say how the zones were compared, without naming any: this may be told outside."""
    weighting = method.weighting
    criteria = tuple(
        Message(
            N_("%(indicator)s (%(weight_pct)s %%)"),
            {"indicator": _label(key), "weight_pct": as_pct(weight)},
        )
        for key, weight in sorted(weighting.weights.items(), key=lambda kw: (-kw[1], kw[0]))
        if weight > 0
    )
    said = [
        Message(N_("Critères et poids : %(criteria)s."), {"criteria": criteria}),
        Message(weighting.justification),
        *(Message(note) for note in weighting.notes),
    ]
    if method.without_data:
        said.append(
            Message(
                N_(
                    "Aucune donnée sur ce territoire : %(indicators)s. "
                    "Les autres poids comptent d'autant plus."
                ),
                {"indicators": tuple(_label(key) for key in method.without_data)},
            )
        )
    return tuple(said)


def as_pct(share: float) -> int:
    """Round a share to whole percents; 0 and 100 are kept for never and always."""
    half = 0.5
    if share < half:
        return ceil(share * 100 - ROUND_GUARD)
    return floor(share * 100 + ROUND_GUARD)


ROUND_GUARD = 1e-9


def _label(key: str) -> Message:
    return Message(INDICATORS[key].label)


def _steadiness(explanation: Explanation) -> Message:
    interval = explanation.interval
    assert interval is not None  # noqa: S101 -- only called for a zone that was ranked
    width = (interval.high - interval.low) / max(1, explanation.zones_ranked - 1)
    if width < STEADY_BELOW:
        return Message(N_("Sa place change peu d'une variante à l'autre."))
    if width < UNSTEADY_FROM:
        return Message(N_("Sa place change d'une variante à l'autre."))
    return Message(
        N_("Sa place change beaucoup d'une variante à l'autre : l'indice seul ne tranche pas.")
    )


def _what_weighs(explanation: Explanation) -> tuple[Message, ...]:
    parts = tuple(
        Message(
            N_("%(indicator)s (%(contribution)s)"),
            {"indicator": _label(part.indicator), "contribution": round(part.contribution, 2)},
        )
        for part in explanation.contributions
        if part.contribution >= WEIGHS_FROM
    )
    if not parts:
        return (Message(N_("Aucun indicateur ne pèse beaucoup ici.")),)
    return (Message(N_("Ce qui pèse : %(contributions)s."), {"contributions": parts}),)


def _years(explanation: Explanation) -> tuple[Message, ...]:
    years = sorted({part.year for part in explanation.contributions})
    if len(years) == 1:
        return (Message(N_("Données de %(year)s."), {"year": str(years[0])}),)
    return (
        Message(
            N_("Données de %(first_year)s à %(last_year)s."),
            {"first_year": str(years[0]), "last_year": str(years[-1])},
        ),
    )


def _smoothed(explanation: Explanation) -> tuple[Message, ...]:
    return tuple(
        Message(
            N_("Valeur incertaine, lissée à %(pct)s %% vers la commune : %(indicator)s."),
            {"indicator": _label(part.indicator), "pct": as_pct(1 - part.own_weight)},
        )
        for part in explanation.contributions
        if part.own_weight < 1
    )


def _gaps(explanation: Explanation) -> tuple[Message, ...]:
    if not explanation.missing:
        return ()
    return (
        Message(
            N_("Donnée manquante, donc place moins sûre : %(indicators)s."),
            {"indicators": tuple(_label(key) for key in explanation.missing)},
        ),
    )
