"""Browser forms: what was typed, turned into what a step takes, or told back with its problems."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from services.intake.rules.charter import CURRENT_CHARTER
from services.intake.rules.need_index import INDICATORS
from services.intake.rules.source_text import N_
from shared.errors import Problem, RefusedError
from shared.web import BRUSSELS, language_of, translate, word_id
from shared.words import Ground, partner_id_of

M = TypeVar("M", bound=BaseModel)
UNREADABLE = "Vérifiez « %(field)s »\u00a0: la valeur manque ou n’a pas la bonne forme."


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed, kept so that a page can show it again."""

    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, **values: object) -> "Typed":
        """Fill a form with what is known. A tuple is several values; None is nothing."""
        return cls(
            {
                key: tuple(map(str, value)) if isinstance(value, tuple) else (str(value),)
                for key, value in values.items()
                if value is not None
            }
        )

    def text(self, name: str, default: str = "") -> str:
        """Return the last value typed under a name."""
        return self.lists.get(name, (default,))[-1].strip() if self.lists.get(name) else default

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value chosen under a name."""
        return tuple(value for value in self.lists.get(name, ()) if value)

    def maybe(self, name: str) -> str | None:
        """Return what was typed, or None for nothing."""
        return self.text(name) or None

    def over(self, known: "Typed") -> "Typed":
        """Put what was typed over what was known."""
        return Typed({**known.lists, **self.lists})

    def starting(self, prefix: str) -> dict[str, str]:
        """Return what was typed under names with a prefix, by the rest of the name."""
        return {
            name.removeprefix(prefix): self.text(name)
            for name in self.lists
            if name.startswith(prefix) and self.text(name)
        }


async def typed_in(request: Request) -> Typed:
    """Read a browser's form."""
    form = await request.form()
    lists: dict[str, tuple[str, ...]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            lists[name] = (*lists.get(name, ()), value)
    return Typed(lists)


async def file_in(request: Request, name: str) -> bytes:
    """Read a file that came with a form; nothing when none was chosen."""
    form: FormData = await request.form()
    given = form.get(name)
    return await given.read() if isinstance(given, UploadFile) else b""


def read_as(model: type[M], values: Mapping[str, Any]) -> M:
    """Read typed values as what a step takes.

    Raises:
        RefusedError: naming every field that is missing or malformed.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise RefusedError(
            *(
                Problem(
                    str(found["type"]),
                    UNREADABLE,
                    place=(place := ".".join(str(part) for part in found["loc"])),
                    values={"field": place},
                )
                for found in error.errors(include_url=False, include_input=False)
            )
        ) from None


def local_moment(text: str) -> datetime | None:
    """Read what a `datetime-local` field holds, in Brussels' time."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)
    except ValueError:
        return None


def minutes_of(text: str) -> int:
    """Read `08:30` as minutes after midnight; -1, which every rule refuses, for anything else."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::\d{2})?", text.strip())
    return int(found[1]) * 60 + int(found[2]) if found else -1


def words_in(text: str) -> tuple[str, ...]:
    """Split on commas, semicolons and spaces."""
    return tuple(part for part in re.split(r"[\s,;]+", text) if part)


def partners_in(text: str, known: Mapping[str, str]) -> dict[str, str]:
    """Read partners' names, between commas or semicolons: what was typed, by the id it means."""
    typed = (" ".join(part.split()) for part in re.split(r"[,;\n]+", text))
    return {partner_id_of(name, known): name for name in typed if name}


def named(request: Request, words: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Give the words of a closed list with their names in the reader's language."""
    language = language_of(request)
    return [(word.value, translate(language, word_id(word))) for word in words]


# --- what is wrong, for a person -----------------------------------------------------------------

LABELS = {
    "asked_by": N_("Qui invite"),
    "requester": N_("Nom de l’organisme"),
    "crisis": N_("Crise"),
    "wanted": N_("Ce qui est demandé"),
    "publics": N_("Pour qui"),
    "wanted_from": N_("À partir du"),
    "wanted_until": N_("Jusqu’au"),
    "where": N_("Où"),
    "closes_at": N_("Clôture de la consultation"),
    "accelerated_because": N_("Pourquoi si vite"),
    "consultation": N_("Consultation"),
    "reason": N_("Raison"),
    "changes": N_("Ce qui change"),
    "decision": N_("Décision"),
    "reply": N_("Réponse"),
    "name_fr": N_("Nom en français"),
    "name_nl": N_("Nom en néerlandais"),
    "starts_on": N_("Premier jour"),
    "ends_on": N_("Dernier jour"),
    "zone_ids": N_("Quartiers"),
    "zones": N_("Quartiers"),
    "actions": N_("Actions"),
    "share_max_pct": N_("Part du temps"),
    "full_time_equivalents_max": N_("Équivalents temps plein"),
    "weights": N_("Poids"),
    "justification": N_("Pourquoi ces poids"),
    "first_k": N_("Nombre de quartiers"),
    "per_zone_per_week": N_("Par quartier et par semaine"),
    "weekdays": N_("Jours"),
    "starts_min": N_("Heures"),
    "people_wanted": N_("Personnes"),
    "partners": N_("Partenaires"),
    "partner_names": N_("Partenaires"),
    "from_on": N_("Période"),
    "duration_min": N_("Durée"),
    "objections.no_ground": N_("Objection sans motif"),
    **{f"boundaries.{key.value}": each.title for key, each in CURRENT_CHARTER.boundaries.items()},
    **{f"laws.{key.value}": each.title for key, each in CURRENT_CHARTER.laws.items()},
    **{f"objections.{ground.value}": word_id(ground) for ground in Ground},
    **{f"weights.{key}": indicator.label for key, indicator in INDICATORS.items()},
}

ROW_FIELDS = {
    "per_zone_per_week": "quantity",
    "starts_min": "starts",
    "duration_min": "duration",
    "people_wanted": "people",
    "zone_ids": "zones",
    "from_on": "from",
    "until_on": "until",
}
PLACES = {"consultation": "consult", "zone_ids": "zones", "decision": "decide"}


def told(
    request: Request, problems: Iterable[Problem], zones: Mapping[str, str] | None = None
) -> list[dict[str, str]]:
    """Say what is wrong, and where, in the reader's language.

    Args:
        request: whose language counts.
        problems: as the rules found them.
        zones: names of zones by id, for problems whose place is a zone.
    """
    language = language_of(request)

    def say(text: str) -> str:
        return translate(language, text)

    return [
        {
            "slug": problem.slug,
            "at": field_of(problem.place),
            "place": place_in_words(problem.place, say, zones or {}),
            "message": translate(language, problem.message, problem.values),
        }
        for problem in problems
    ]


def field_of(place: str) -> str:
    """Name the field of a page that a problem is about; nothing when no field is."""
    if found := re.match(r"(?:boundaries|laws)\.(\w+)", place):
        return f"sentence_{found[1]}"
    if found := re.match(r"actions(?:\[(\d+)\]|\.(\d+))\.(\w+)", place):
        row = int(found[1]) - 1 if found[1] else int(found[2])
        return f"{ROW_FIELDS.get(found[3], found[3])}_{row}"
    if place.startswith("objections."):
        return "objections"
    return PLACES.get(place, place if place in LABELS else "")


def place_in_words(place: str, say: Callable[[str], str], zones: Mapping[str, str]) -> str:
    """Name the place of a problem as the page names it; nothing when the page has no name."""
    if place in zones:
        return zones[place]
    if place in LABELS:
        return say(LABELS[place])
    found = re.match(r"actions(?:\[(\d+)\]|\.(\d+))", place)
    if not found:
        return ""
    number = found[1] or str(int(found[2]) + 1)
    part = place.removeprefix(found[0]).lstrip(".").partition(".")[0]
    named = f", {say(LABELS[part])}" if part in LABELS else ""
    return f"{say(N_('Action'))} {number}{named}"
