"""Parts that more than one report tells: the sentence, the stamp, a view, the weeks, the method."""

from services.reporting.rules.published import Breakdown, Published
from services.reporting.rules.reports.model import Field, Part, Stamp, Value, Words
from services.reporting.rules.source_text import N_

TITLES = {
    "zone": N_("Zone par zone"),
    "theme": N_("De quoi les gens parlent"),
    "language": N_("Dans quelles langues"),
    "kind": N_("Par quelles actions"),
    "non_take_up": N_("Pourquoi des droits ne sont pas pris"),
    "relay": N_("Vers qui les gens sont relayés"),
}
DEFINITIONS = {
    "zone": N_(
        "Une zone réunit au moins quatre quartiers voisins, donc au moins quatre RAQ. Le découpage"
        " est fixé pour l’année."
    ),
    "theme": N_(
        "Le thème noté pour chaque intervention. Quand plusieurs ont été abordés, l’intervention"
        " compte sous «\u00a0plusieurs thèmes\u00a0»."
    ),
    "language": N_("La langue parlée avec les personnes, notée pour chaque intervention."),
    "kind": N_("Ce qui a été fait. Les actions rares sont groupées d’avance."),
    "non_take_up": N_(
        "La forme de non-recours rencontrée, selon les cinq formes du rapport d’activité."
    ),
    "relay": N_("Le type de service vers lequel les personnes ont été relayées, jamais lequel."),
}
REST = "*"
"""The code of what is in the total and in no line of a view."""


def sentence_of(found: Published, words: Words) -> str:
    """Say where a campaign stands, in one sentence."""
    standing, campaign = found.standing, found.campaign
    if standing.actions is None or standing.sealed_on is None:
        if found.today < campaign.starts_on:
            return words.say(
                N_("La campagne commence le %(day)s. Rien n’est encore publié."),
                day=words.day(campaign.starts_on),
            )
        if standing.next_seal_on is None:
            return words.say(
                N_(
                    "La campagne est clôturée. Ses chiffres sont trop petits pour être publiés sans"
                    " désigner quelqu’un."
                )
            )
        return words.say(
            N_(
                "La campagne est en cours. Rien n’est encore publié\u00a0: il faut au moins cinq"
                " interventions de trois RAQ."
            )
        )
    done = words.plural(N_("%(n)s intervention"), N_("%(n)s interventions"), standing.actions)
    met = words.plural(N_("%(n)s personne"), N_("%(n)s personnes"), standing.contacts or 0)
    return words.say(
        N_(
            "Le %(day)s, les RAQ avaient mené %(done)s sur les %(planned)s prévues et rencontré"
            " %(met)s."
        ),
        day=words.day(standing.sealed_on),
        done=done,
        planned=words.number(standing.planned),
        met=met,
    )


LEFT_OUT = N_(
    "Les dernières interventions n’y sont pas\u00a0: trop peu nombreuses pour être publiées sans"
    " désigner quelqu’un."
)


def facts_of(found: Published, words: Words) -> list[str]:
    """Tell when a campaign was, at which seal it is told, and what its last figures leave out.

    Nothing here depends on the reader's day: a report of one seal is always the same.
    """
    campaign, standing = found.campaign, found.standing
    facts = [f"{words.day(campaign.starts_on)} – {words.day(campaign.ends_on)}"]
    if standing.sealed_on is not None:
        facts.append(
            words.say(
                N_("Scellé n° %(n)s, le %(day)s"),
                n=standing.seal,
                day=words.day(standing.sealed_on),
            )
        )
    if standing.seal and campaign.ended_on is not None:
        facts.append(words.say(N_("Ces chiffres sont définitifs.")))
    if standing.seal and campaign.left_out:
        facts.append(words.say(LEFT_OUT))
    return facts


def stamp_of(found: Published) -> Stamp:
    """Return by what a file can be checked against the ledger."""
    described = found.campaign.described or {}
    return Stamp(
        str(found.campaign.campaign_id),
        found.standing.seal,
        str(described.get("version", "")),
        found.anchor.head,
    )


def stamp_line(stamp: Stamp, words: Words) -> str:
    return words.say(
        N_("Campagne %(id)s · scellé n° %(n)s · règles %(version)s · empreinte %(head)s"),
        id=stamp.campaign_id,
        n=stamp.seal,
        version=stamp.policy_version,
        head=stamp.ledger_hash[:16],
    )


def view_part(breakdown: Breakdown, words: Words) -> Part:
    """Tell one view: a line per code, and what is not broken down."""
    view = breakdown.view
    planned = any(line.planned is not None for line in breakdown.lines)
    fields = [
        Field("code", words.say(N_("Code")), words.say(N_("Code de la rubrique."))),
        Field("name", words.say(N_("Rubrique")), words.say(DEFINITIONS[view])),
        Field(
            "actions",
            words.say(N_("Interventions")),
            words.say(
                N_("Parts d’une personne de l’équipe dans une action. Vide\u00a0: non publié.")
            ),
            "number",
        ),
        *(
            [
                Field(
                    "planned",
                    words.say(N_("Prévues")),
                    words.say(N_("Interventions prévues par le plan.")),
                    "number",
                )
            ]
            if planned
            else []
        ),
        Field(
            "contacts",
            words.say(N_("Personnes rencontrées")),
            words.say(N_("Personnes comptées par l’équipe. Vide\u00a0: non publié.")),
            "number",
        ),
    ]
    rows: list[list[Value]] = [
        [
            line.code,
            words.code(view, line.code),
            line.actions,
            *([line.planned] if planned else []),
            line.contacts,
        ]
        for line in breakdown.lines
    ]
    if breakdown.rest_actions:
        rest: list[Value] = [REST, words.say(N_("Non ventilé")), breakdown.rest_actions]
        rows.append([*rest, *([""] if planned else []), breakdown.rest_contacts])
    return Part(
        view,
        words.say(TITLES[view]),
        words.say(DEFINITIONS[view]),
        fields,
        rows,
        chart="areas" if view == "zone" else "bars",
        drawn=("name", "actions"),
    )


def weeks_part(found: Published, words: Words) -> Part:
    """Tell the weeks: what was planned, and what was published in each."""
    return Part(
        "weeks",
        words.say(N_("Semaine après semaine")),
        words.say(
            N_(
                "Une intervention compte la semaine où elle est publiée, jamais celle où elle a eu"
                " lieu."
            )
        ),
        [
            Field(
                "week",
                words.say(N_("Semaine du")),
                words.say(N_("Lundi de la semaine.")),
                "date",
            ),
            Field(
                "published",
                words.say(N_("Publiées")),
                words.say(N_("Interventions publiées cette semaine-là. Vide\u00a0: aucune.")),
                "number",
            ),
            Field(
                "planned",
                words.say(N_("Prévues")),
                words.say(N_("Interventions prévues par le plan.")),
                "number",
            ),
        ],
        [[week.monday, week.sealed, week.planned] for week in found.standing.weeks],
        chart="columns",
        drawn=("week", "published", "planned"),
    )


def crossed_parts(found: Published, words: Words) -> list[Part]:
    """Tell zone by theme, which is published once, at the close: one table for each measure."""
    codes = dict(found.campaign.views)
    if not found.cells:
        return []
    zones, themes = codes["zone"], codes["theme"]
    fields = [
        Field("code", words.say(N_("Code")), words.say(N_("Code de la rubrique."))),
        Field("name", words.say(N_("Rubrique")), words.say(DEFINITIONS["theme"])),
        *(Field(code.lower(), code, words.code("zone", code), "number") for code in zones),
    ]
    says = words.say(
        N_(
            "Publié une seule fois, à la clôture. Vide\u00a0: non publié. Les zones sont celles de"
            " «\u00a0Zone par zone\u00a0»."
        )
    )
    parts = []
    for measure, title in (
        ("actions", N_("Thèmes par zone\u00a0: interventions")),
        ("contacts", N_("Thèmes par zone\u00a0: personnes rencontrées")),
    ):
        rows: list[list[Value]] = [
            [
                theme,
                words.code("theme", theme),
                *(getattr(found.cells.get((zone, theme)), measure, None) for zone in zones),
            ]
            for theme in themes
            if any((zone, theme) in found.cells for zone in zones)
        ]
        parts.append(Part(f"zone_theme_{measure}", words.say(title), says, fields, rows))
    return parts


def signal_lines(found: Published, words: Words) -> tuple[str, list[str]]:
    """Tell what rises from the field."""
    return words.say(N_("Ce qui remonte du terrain")), [
        f"{words.word(signal.kind)} · {words.word(signal.theme)}" for signal in found.signals
    ] or [
        words.say(
            N_("Rien encore qui ait été dit par trois RAQ au moins et examiné par la coordination.")
        )
    ]


def method_of(period_days: int, words: Words) -> list[tuple[str, str]]:
    """Tell where figures come from, and what is not published."""
    return [
        (
            words.say(N_("D’où viennent les chiffres")),
            words.say(
                N_(
                    "Chaque RAQ note ce qui a été fait, le jour même, dans la rue. Une intervention"
                    " est la part d’une personne de l’équipe dans une action\u00a0: une action"
                    " menée à deux compte pour deux. Les chiffres sont scellés au plus une fois "
                    "tous les %(days)s jours, puis ne changent plus."
                ),
                days=period_days,
            ),
        ),
        (
            words.say(N_("Non publié")),
            words.say(
                N_(
                    "«\u00a0Non publié (petit effectif, zéro compris)\u00a0»\u00a0: moins de cinq"
                    " interventions ou de cinq personnes, ou moins de trois RAQ, ou un chiffre dont"
                    " on pourrait en déduire un autre."
                )
            ),
        ),
        (
            words.say(N_("Vie privée")),
            words.say(
                N_(
                    "Aucune personne rencontrée n’est enregistrée. Aucun chiffre ne concerne une"
                    " seule personne de l’équipe, et aucun ne permet d’en calculer."
                )
            ),
        ),
    ]
