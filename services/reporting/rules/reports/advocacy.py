"""What is carried upwards: signals by theme over campaigns, and what the coordination says of them.

A signal stands here when three workers or more raised it in one campaign and the coordination
answered it; anything else only as a sentence that the coordination wrote itself.
"""

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from datetime import date

from services.reporting.rules.reports.model import Field, Part, Report, Value, Words
from services.reporting.rules.source_text import N_
from shared.errors import Problem, RefusedError
from shared.words import SignalKind, Theme

TEXT_MIN, TEXT_MAX = 20, 400  # letters of a statement; the table's CHECK says the same


@dataclass(frozen=True, slots=True)
class Raised:
    """What rises from the field: in how many campaigns, and since when. Never by how many."""

    kind: SignalKind
    theme: Theme
    campaigns: int
    since: date


@dataclass(frozen=True, slots=True)
class Statement:
    """What the coordination says upwards on a theme, in its own words."""

    kind: SignalKind
    theme: Theme
    text_fr: str
    text_nl: str
    written_on: date

    def text(self, language: str) -> str:
        """Return the Dutch text to who reads Dutch, the French one to everybody else."""
        return self.text_nl if language == "nl" else self.text_fr


@dataclass(frozen=True, slots=True)
class Carried:
    """All that is carried upwards."""

    raised: tuple[Raised, ...]
    statements: tuple[Statement, ...]

    @property
    def last_day(self) -> date | None:
        days = [one.since for one in self.raised] + [one.written_on for one in self.statements]
        return max(days, default=None)

    @property
    def fingerprint(self) -> str:
        """Name this state: SHA-256 over everything that is told."""
        told = [[r.kind, r.theme, r.campaigns, r.since.isoformat()] for r in self.raised]
        said = [[s.kind, s.theme, s.text_fr, s.text_nl] for s in self.statements]
        content = json.dumps([told, said], ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()


def check_statement(text_fr: str, text_nl: str) -> None:
    """Refuse a statement that lacks a language or cannot be printed.

    Raises:
        RefusedError: with every mistake.
    """
    problems = []
    for place, text in (("text_fr", text_fr), ("text_nl", text_nl)):
        if not TEXT_MIN <= len(text) <= TEXT_MAX:
            problems.append(
                Problem(
                    "length",
                    N_("Écrivez une phrase de %(least)s à %(most)s signes, dans les deux langues."),
                    place,
                    {"least": TEXT_MIN, "most": TEXT_MAX},
                )
            )
        elif any(unicodedata.category(sign) in {"Cc", "Cs", "Co", "Cn"} for sign in text):
            problems.append(
                Problem("sign", N_("Écrivez sur une seule ligne, sans signe invisible."), place)
            )
    if problems:
        raise RefusedError(*problems)


def advocacy_report(found: Carried, words: Words) -> Report:
    """Tell what is carried upwards, theme by theme."""
    return Report(
        title=words.say(N_("Plaidoyer")),
        series=words.say(N_("Plaidoyer")),
        sentence=sentence_of(found, words),
        facts=(
            [words.say(N_("Jusqu’au %(day)s"), day=words.day(found.last_day))]
            if found.last_day
            else []
        ),
        parts=[signals_part(found, words)],
        method=[
            (
                words.say(N_("Ce qui est repris")),
                words.say(
                    N_(
                        "Un signal que trois RAQ au moins ont fait remonter dans une même"
                        " campagne, et auquel la coordination a répondu ; ou une phrase écrite par"
                        " la coordination."
                    )
                ),
            ),
            (
                words.say(N_("Ce qui ne l’est jamais")),
                words.say(
                    N_(
                        "Les mots d’une personne de l’équipe, un quartier, ni combien de RAQ l’ont"
                        " dit."
                    )
                ),
            ),
        ],
        stamp=words.say(
            N_("Plaidoyer · signaux : %(n)s · phrases : %(m)s · empreinte %(head)s"),
            n=len(found.raised),
            m=len(found.statements),
            head=found.fingerprint[:16],
        ),
    )


def sentence_of(found: Carried, words: Words) -> str:
    themes = {one.theme for one in found.raised} | {one.theme for one in found.statements}
    if not themes:
        return words.say(N_("Rien n’est encore porté plus haut."))
    return words.plural(
        N_("Sur %(n)s thème, le terrain demande que quelque chose change."),
        N_("Sur %(n)s thèmes, le terrain demande que quelque chose change."),
        len(themes),
    )


def signals_part(found: Carried, words: Words) -> Part:
    """List signals and statements together: by theme, then by kind."""
    said = {(one.theme, one.kind): one for one in found.statements}
    raised = {(one.theme, one.kind): one for one in found.raised}
    order = list(Theme)
    kinds = list(SignalKind)
    rows: list[list[Value]] = []
    for key in sorted({*said, *raised}, key=lambda k: (order.index(k[0]), kinds.index(k[1]))):
        signal, statement = raised.get(key), said.get(key)
        rows.append(
            [
                words.word(key[0]),
                words.word(key[1]),
                signal.campaigns if signal else 0,
                signal.since if signal else "",
                statement.text(words.language) if statement else "",
            ]
        )
    return Part(
        "signals",
        words.say(N_("Ce qui remonte du terrain")),
        words.say(
            N_(
                "Nombre de campagnes où trois RAQ au moins l’ont fait remonter ; 0 : dit par la"
                " coordination seule."
            )
        ),
        [
            Field("theme", words.say(N_("Thème")), words.say(N_("De quoi il s’agit."))),
            Field("kind", words.say(N_("Signal")), words.say(N_("Ce que le terrain a vu."))),
            Field(
                "campaigns",
                words.say(N_("Campagnes")),
                words.say(N_("Campagnes où trois RAQ au moins l’ont fait remonter.")),
                "number",
            ),
            Field(
                "since",
                words.say(N_("Depuis le")),
                words.say(N_("Jour du premier scellé qui le dit. Vide : aucun.")),
                "date",
            ),
            Field(
                "statement",
                words.say(N_("Ce qu’en dit la coordination")),
                words.say(N_("Une phrase écrite par la coordination, jamais par un·e RAQ.")),
            ),
        ],
        rows,
    )
