"""A campaign's kit: leaflets to give and phrases to say, in the languages of the street."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID

from services.dispatch.rules.directory.actor import one_line
from shared.errors import Problem
from shared.words import CampaignId, Language

LEAFLET_MAX_BYTES = 5 * 1024 * 1024
TITLE_LONGEST, PHRASE_LONGEST, LINK_LONGEST = 120, 300, 500
RIGHT_TO_LEFT = frozenset({Language.AR, Language.FA, Language.PS})

MediaType = Literal["application/pdf", "image/png", "image/jpeg"]
BEGINNINGS: tuple[tuple[bytes, MediaType], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
"""What a file of each type begins with. ISO 32000-1 7.5.2, RFC 2083 3.1, ITU-T T.81."""


@dataclass(frozen=True, slots=True)
class Leaflet:
    """Something to hand out: a file that is kept here, or a link to one elsewhere.

    `media_type` and `size_bytes` are the file's; None for a link.
    """

    id: UUID
    campaign_id: CampaignId
    title: str
    language: Language
    link: str | None = None
    media_type: str | None = None
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence in French, and how it is said in other languages."""

    id: UUID
    campaign_id: CampaignId
    fr: str
    said: tuple[tuple[Language, str], ...] = ()


def direction(language: Language) -> Literal["ltr", "rtl"]:
    """Tell in which direction a language is written."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def sniff(content: bytes) -> MediaType | None:
    """Tell what a file is by how it begins, whatever its name says; None for anything else."""
    return next((kind for start, kind in BEGINNINGS if content.startswith(start)), None)


def problems_of_leaflet(title: str, link: str | None, content: bytes | None) -> list[Problem]:
    """List what is wrong with a leaflet. It has a file or a link, and not both."""
    problems = []
    if not 1 <= len(one_line(title)) <= TITLE_LONGEST:
        problems.append(
            Problem(
                "bad_title",
                "Un titre a de 1 à %(most)s caractères.",
                place="title",
                values={"most": TITLE_LONGEST},
            )
        )
    if bool(link) == bool(content):
        problems.append(
            Problem("file_or_link", "Choisissez un fichier, ou donnez un lien.", place="file")
        )
    if link and not _is_web_address(link):
        problems.append(Problem("bad_link", "Un lien commence par https:// ou http://.", "link"))
    if content and len(content) > LEAFLET_MAX_BYTES:
        problems.append(Problem("too_big", "Un fichier a 5\u00a0Mo au plus.", place="file"))
    elif content and sniff(content) is None:
        message = "Ce fichier n’est ni un PDF, ni une image PNG ou JPEG."
        problems.append(Problem("bad_file", message, place="file"))
    return problems


def _is_web_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and len(link) <= LINK_LONGEST


def problems_of_phrase(fr: str, said: tuple[tuple[Language, str], ...]) -> list[Problem]:
    """List what is wrong with a phrase."""
    problems = []
    if not one_line(fr):
        problems.append(Problem("missing", "Écrivez la phrase en français.", place="fr"))
    problems += [
        Problem(
            "too_long", "Au plus %(most)s caractères.", language, values={"most": PHRASE_LONGEST}
        )
        for language, text in ((Language.FR, fr), *said)
        if len(text) > PHRASE_LONGEST
    ]
    languages = [language for language, _ in said]
    if len(set(languages)) < len(languages) or Language.FR in languages:
        problems.append(
            Problem("twice", "Chaque langue ne se donne qu’une fois.", place="languages")
        )
    return problems
