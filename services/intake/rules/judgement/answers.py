"""The charter's questions, answered: what is respected, what blocks, what is still open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.intake.rules.charter import CHARTERS
from services.intake.rules.source_text import N_
from shared.errors import Problem
from shared.words import Boundary, CharterVersion, Law

SENTENCE_MIN_CHARACTERS = 10
SENTENCE_MAX_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a boundary or a law is respected (None: not answered yet), and why in a sentence."""

    respected: bool | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answers to one charter's questions. What is not in a mapping is not answered."""

    charter: CharterVersion
    boundaries: Mapping[Boundary, Answer] = field(default_factory=dict)
    laws: Mapping[Law, Answer] = field(default_factory=dict)


def blocks_acceptance(judgement: Judgement) -> tuple[Problem, ...]:
    """List what keeps an invitation from being accepted: every "no", and every open question."""
    charter = CHARTERS.get(judgement.charter)
    if charter is None:
        return (unknown_charter(judgement.charter),)
    problems: list[Problem] = []
    for boundary in charter.boundaries:
        answer = judgement.boundaries.get(boundary, Answer())
        problems.extend(_problems_of_answer(answer, "boundary", f"boundaries.{boundary.value}"))
    for law in charter.laws:
        answer = judgement.laws.get(law, Answer())
        problems.extend(_problems_of_answer(answer, "law", f"laws.{law.value}"))
    return tuple(problems)


def _problems_of_answer(answer: Answer, what: str, place: str) -> Iterable[Problem]:
    if answer.respected is None:
        yield Problem(
            f"{what}_unanswered",
            N_("Cette question de la charte n'a pas encore de réponse."),
            place=place,
        )
        return
    if not answer.respected:
        yield Problem(
            f"{what}_not_respected",
            N_(
                "La charte n'est pas respectée sur ce point : l'invitation ne peut être acceptée "
                "telle quelle. Refusez-la, ou répondez pour la mobilisation une fois ajustée."
            ),
            place=place,
        )
    yield from problems_of_sentence(
        answer.sentence,
        Problem(f"{what}_without_sentence", N_("Dites en une phrase pourquoi."), place=place),
    )


def problems_of_sentence(said: str, missing: Problem) -> Iterable[Problem]:
    """List what is wrong with a sentence: `missing` when too short, or that it is too long."""
    length = len(said.strip())
    if length < SENTENCE_MIN_CHARACTERS:
        yield missing
    elif length > SENTENCE_MAX_CHARACTERS:
        yield Problem(
            "text_too_long",
            N_("Ce texte tient en %(max)s caractères au plus."),
            place=missing.place,
            values={"max": SENTENCE_MAX_CHARACTERS},
        )


def unknown_charter(version: CharterVersion) -> Problem:
    """Say that there is no such version of the charter."""
    return Problem(
        "unknown_charter",
        N_("Cette version de la charte n'existe pas : %(version)s."),
        place="charter",
        values={"version": version},
    )
