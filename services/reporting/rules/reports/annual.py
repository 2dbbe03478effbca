"""The tables of the activity report, from a year of sealed ledgers, beside what 2022 printed.

Individual guidance, collective actions, the Ukraine mission. Nothing is counted for them: a line is
a sum of published sums. Where the report printed what may not be published, the line says why.
"""

from collections.abc import Mapping, Sequence

from services.reporting.rules.codes import RELAYS
from services.reporting.rules.published import Breakdown, Line
from services.reporting.rules.reports import printed_2022 as printed
from services.reporting.rules.reports.model import Field, Part, Report, Value, Words
from services.reporting.rules.reports.parts import REST, method_of, view_part
from services.reporting.rules.reports.year import Year, added
from services.reporting.rules.source_text import N_
from shared.words import CrisisKind, PublishedKind, PublishedRelay, RelayKind

INDIVIDUAL = (PublishedKind.ACCOMPANIMENT, PublishedKind.INTERPRETING)
COLLECTIVE = tuple(kind for kind in PublishedKind if kind not in INDIVIDUAL)
SMALL = 5  # T: fewer actions than this are published of nobody
VIEWS = ("theme", "non_take_up", "language", "zone")


def annual_report(year: Year, words: Words) -> Report:
    """Tell a year as the activity report does."""
    return Report(
        title=words.say(N_("Rapport d’activités %(year)s"), year=year.year),
        series=words.say(N_("Tableaux de l’année")),
        sentence=sentence_of(year, words),
        facts=facts_of(year, words),
        parts=[
            individual_part(year, words),
            collective_part(year, words),
            ukraine_part(year, words),
            *([printed_part(words)] if year.year == printed.YEAR else []),
            *(view_part(found, words) for name in VIEWS if (found := year.view(name))),
        ],
        lines=[correction_lines(year, words)],
        method=[
            (words.say(N_("Une année")), words.say(YEAR_SAYS)),
            *method_of(max((one.campaign.period_days for one in year.ledgers), default=7), words),
        ],
        stamp=words.say(
            N_("Année %(year)s · registres : %(n)s · règles %(version)s · empreinte %(head)s"),
            year=year.year,
            n=len(year.sealed),
            version=year.policy_versions,
            head=year.fingerprint[:16],
        ),
    )


YEAR_SAYS = N_(
    "Les campagnes commencées dans l’année, du début à la fin de chacune. Chaque chiffre est une"
    " somme de chiffres déjà publiés : ce qui n’est publié d’aucune campagne ne l’est pas non"
    " plus ici."
)


def sentence_of(year: Year, words: Words) -> str:
    """Say in one sentence what a year's campaigns did."""
    if year.actions is None:
        return words.say(N_("Rien n’est encore publié des campagnes de %(year)s."), year=year.year)
    done = words.plural(N_("%(n)s intervention"), N_("%(n)s interventions"), year.actions)
    met = words.plural(N_("%(n)s personne"), N_("%(n)s personnes"), year.contacts or 0)
    within = words.plural(N_("%(n)s campagne"), N_("%(n)s campagnes"), len(year.sealed))
    return words.say(
        N_("En %(year)s, les RAQ ont mené %(done)s dans %(within)s et rencontré %(met)s."),
        year=year.year,
        done=done,
        within=within,
        met=met,
    )


def facts_of(year: Year, words: Words) -> list[str]:
    """Tell until when the figures go, and whether more will come."""
    if year.sealed_on is None:
        return []
    return [
        words.say(N_("Scellé jusqu’au %(day)s"), day=words.day(year.sealed_on)),
        words.say(
            N_("Ces chiffres sont définitifs.") if year.ended else N_("D’autres scellés suivront.")
        ),
    ]


def columns(words: Words, *, with_printed: bool) -> list[Field]:
    """Name the columns of a table of the year."""
    fields = [
        Field("code", words.say(N_("Code")), words.say(N_("Code de la rubrique."))),
        Field("name", words.say(N_("Rubrique")), words.say(N_("Ce qui a été fait."))),
        Field(
            "actions",
            words.say(N_("Interventions")),
            words.say(N_("Parts d’une personne de l’équipe dans une action. Vide : non publié.")),
            "number",
        ),
        Field(
            "contacts",
            words.say(N_("Personnes rencontrées")),
            words.say(N_("Personnes comptées par l’équipe. Vide : non publié.")),
            "number",
        ),
    ]
    if with_printed:
        fields.append(
            Field(
                "printed",
                words.say(N_("Imprimé en 2022")),
                words.say(N_("Ce qu’imprime le rapport d’activités 2022 de la FdSS.")),
            )
        )
    return fields


def kinds_part(  # noqa: PLR0913, PLR0917 - a table, named
    year: Year,
    words: Words,
    name: str,
    title: str,
    kinds: Sequence[PublishedKind],
    of_2022: tuple[int, Mapping[PublishedKind, int]],
) -> Part:
    """Tell the year's actions of some kinds, with their sum."""
    view = year.view("kind")
    known = {line.code: line for line in view.lines} if view else {}
    total, by_kind = of_2022
    compare = year.year == printed.YEAR
    rows: list[list[Value]] = []
    for kind in kinds:
        if kind.value not in known and not (compare and kind in by_kind):
            continue
        line = known.get(kind.value, Line(kind.value, None, None, None))
        was = [words.number(by_kind[kind]) if kind in by_kind else ""] if compare else []
        rows.append([kind.value, words.code("kind", kind.value), line.actions, line.contacts, *was])
    told = [known[kind.value] for kind in kinds if kind.value in known]
    rows.append(
        [
            REST,
            words.say(N_("Ensemble de ce qui est publié")),
            added(line.actions for line in told if line.actions is not None),
            added(line.contacts for line in told if line.contacts is not None),
            *([words.number(total)] if compare else []),
        ]
    )
    return Part(
        name,
        title,
        rest_says(view, words),
        columns(words, with_printed=compare),
        rows,
    )


def rest_says(view: Breakdown | None, words: Words) -> str:
    """Say how much of the year no line shows."""
    if view is None or not view.rest_actions:
        return words.say(N_("Une action menée à deux compte pour deux interventions."))
    return words.say(
        N_(
            "Une action menée à deux compte pour deux interventions. De toute l’année, %(rest)s"
            " interventions ne sont pas ventilées par action."
        ),
        rest=words.number(view.rest_actions),
    )


def individual_part(year: Year, words: Words) -> Part:
    """Tell individual guidance: accompanying and interpreting."""
    title = words.say(N_("Accompagnement individuel"))
    return kinds_part(year, words, "individual", title, INDIVIDUAL, (printed.INDIVIDUAL, {}))


def collective_part(year: Year, words: Words) -> Part:
    """Tell collective actions, kind by kind."""
    title = words.say(N_("Actions collectives"))
    of_2022 = (printed.COLLECTIVE, printed.COLLECTIVE_LINES)
    return kinds_part(year, words, "collective", title, COLLECTIVE, of_2022)


def ukraine_part(year: Year, words: Words) -> Part:
    """Tell towards whom the campaigns of the Ukraine mission relayed people."""
    mission = year.of_crisis(CrisisKind.MIGRATION)
    view = mission.view("relay")
    compare = year.year == printed.YEAR
    shares = printed_by_group() if compare else {}
    lines = {line.code: line for line in view.lines} if view else {}
    rows: list[list[Value]] = []
    for relay in PublishedRelay:
        if relay.value not in lines and relay not in shares:
            continue
        line = lines.get(relay.value, Line(relay.value, None, None, None))
        was = [percent(shares[relay], words) if relay in shares else ""] if compare else []
        rows.append(
            [relay.value, words.code("relay", relay.value), line.actions, line.contacts, *was]
        )
    rows.append(
        [
            REST,
            words.say(N_("Total de la mission")),
            mission.actions,
            mission.contacts,
            *([words.number(printed.RELAYED)] if compare else []),
        ]
    )
    return Part(
        "ukraine",
        words.say(N_("Mission liée à l’Ukraine")),
        words.say(
            N_(
                "Les campagnes déclarées pour des personnes qui arrivent. Chaque intervention"
                " compte une fois : son relais, « plusieurs » ou « aucun »."
            )
        ),
        columns(words, with_printed=compare),
        rows,
    )


def printed_by_group() -> dict[PublishedRelay, int]:
    """Add the printed shares up by the groups that are published, in thousandths."""
    groups: dict[PublishedRelay, int] = {}
    for relay, permille in printed.RELAY_PERMILLE.items():
        groups[RELAYS[relay]] = groups.get(RELAYS[relay], 0) + permille
    return groups


def percent(permille: int, words: Words) -> str:
    return f"{words.number(permille / 10)}\u00a0%"


def printed_part(words: Words) -> Part:
    """Tell line by line why what the report printed of the Ukraine mission is not published here.

    Percentages are counts: the eleven shares are whole numbers of 143.
    """
    return Part(
        "printed",
        words.say(N_("Ce que le rapport 2022 imprimait, ligne par ligne")),
        words.say(
            N_(
                "Un pourcentage est un nombre : les onze parts sont des nombres entiers sur"
                " %(base)s, et deux RAQ ont fait les 540 accompagnements. Personne ne se cache"
                " derrière une ligne de ce tableau ; aucune ne serait publiée ici."
            ),
            base=printed.BASE,
        ),
        [
            Field("code", words.say(N_("Code")), words.say(N_("Code de la rubrique."))),
            Field("name", words.say(N_("Rubrique")), words.say(N_("Vers qui, ou pour quoi."))),
            Field(
                "printed",
                words.say(N_("Imprimé en 2022")),
                words.say(N_("Ce qu’imprime le rapport d’activités 2022 de la FdSS.")),
            ),
            Field(
                "of_base",
                words.say(N_("Sur %(base)s"), base=printed.BASE),
                words.say(N_("Le nombre entier que cette part représente.")),
                "number",
            ),
            Field(
                "of_all",
                words.say(N_("Sur %(base)s"), base=printed.RELAYED),
                words.say(N_("Le nombre le plus proche sur les 540 accompagnements.")),
                "number",
            ),
            Field("verdict", words.say(N_("Ici")), words.say(N_("Ce que dit notre règle."))),
        ],
        [
            [
                relay.value,
                words.word(relay),
                percent(permille, words),
                printed.of(printed.BASE, permille),
                printed.of(printed.RELAYED, permille),
                verdict(relay, words),
            ]
            for relay, permille in printed.RELAY_PERMILLE.items()
        ],
    )


def verdict(relay: RelayKind, words: Words) -> str:
    """Say why a printed line is not published here."""
    permille = printed.RELAY_PERMILLE[relay]
    few, many = printed.of(printed.BASE, permille), printed.of(printed.RELAYED, permille)
    if few == 1:
        return words.say(
            N_("Non publié : 1 accompagnement, ou %(many)s par deux personnes."), many=many
        )
    if few < SMALL:
        return words.say(N_("Non publié : %(few)s accompagnements, deux RAQ."), few=few)
    return words.say(N_("Non publié : deux RAQ, il en faut trois."))


def correction_lines(year: Year, words: Words) -> tuple[str, list[str]]:
    """Tell by how much corrections change what was sealed, once a year."""
    title = words.say(N_("Écart de correction"))
    found = year.correction
    if found is None:
        return title, [
            words.say(
                N_(
                    "Ce qui est corrigé après un scellé n’y change rien. L’écart est dit une fois,"
                    " en février de l’année suivante."
                )
            )
        ]
    told = [
        f"{words.say(name)}{words.say(' :')} {signed(change, words)}"
        for name, change in (
            (N_("Interventions"), found.actions),
            (N_("Personnes rencontrées"), found.contacts),
        )
    ]
    return title, [*told, words.say(N_("Dit le %(day)s."), day=words.day(found.day))]


def signed(change: int | None, words: Words) -> str:
    """Write a change with its sign; what is not published in its one wording."""
    if change is None:
        return words.say(N_("non publié"))
    sign = "+" if change > 0 else "−" if change < 0 else ""
    return f"{sign}{words.number(abs(change))}"
