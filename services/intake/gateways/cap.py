"""CAP 1.2 alerts from a file or a feed: hostile XML in, plain values out.

`contact` is never read (it names a person), nor are resources, polygons and parameters. Source:
https://docs.oasis-open.org/emergency/cap/v1.2/CAP-v1.2.html, chapter 3.2.
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from xml.etree.ElementTree import Element, ParseError  # types only; defusedxml parses

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from services.intake.rules.cap_alert import (
    Alert,
    AlertArea,
    AlertInfo,
    AlertReference,
    AlertScope,
    AlertStatus,
    Category,
    Certainty,
    MessageType,
    Severity,
    Urgency,
)
from services.intake.rules.source_text import N_
from shared.errors import Problem, RefusedError, refuse

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
# A long alert in four languages is about 20 kB; embedded files are what makes one larger.
ALERT_MAX_BYTES = 256 * 1024
INFOS_MAX = 40
NAME_MAX_CHARACTERS = 300
YEARS = range(2000, 2101)  # Anything else is a slip, and overflows when it changes time zone.
# The standard asks for an offset; many feeds write Z all the same.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_NOT_IN_A_NAME = re.compile(r"[\s,<&]")
_LANGUAGE_WITHOUT_WORDS = "en"  # "en-US" is implied where an info names no language.

Choice = TypeVar("Choice", bound=StrEnum)
_HERE = {"cap": NAMESPACE}


def read_cap(xml: bytes) -> Alert:
    """Read one alert.

    Args:
        xml: the whole document, at most 256 KiB, in whatever encoding it declares.

    Raises:
        RefusedError: for anything else than a CAP 1.2 alert, with every missing or impossible
            element at once. Nothing else is ever raised, whatever the bytes.
    """
    root = _parsed(xml)
    reader = _Reader()
    infos = root.findall("cap:info", _HERE)
    if len(infos) > INFOS_MAX:
        raise refuse(
            "alert_too_long",
            N_("L'alerte compte plus de %(max)s blocs d'information."),
            place="info",
            max=INFOS_MAX,
        )
    sender = reader.name(root, "sender")
    identifier = reader.name(root, "identifier")
    sent = reader.moment(root, "sent", mandatory=True)
    status = reader.choice(root, "status", AlertStatus)
    message_type = reader.choice(root, "msgType", MessageType)
    scope = reader.choice(root, "scope", AlertScope)
    references = reader.references(root, message_type)
    read = [reader.info(info, n) for n, info in enumerate(infos, start=1)]

    if reader.problems or None in (sent, status, message_type, scope):
        raise RefusedError(*reader.problems)
    assert sent is not None  # noqa: S101 -- for the type checker; said above
    assert status is not None  # noqa: S101 -- the same
    assert message_type is not None  # noqa: S101 -- the same
    assert scope is not None  # noqa: S101 -- the same
    return Alert(
        reference=AlertReference(sender, identifier, sent),
        status=status,
        message_type=message_type,
        scope=scope,
        references=references,
        infos=tuple(info for info in read if info is not None),
    )


def _parsed(xml: bytes) -> Element:
    if len(xml) > ALERT_MAX_BYTES:
        raise refuse(
            "alert_too_large",
            N_("L'alerte dépasse %(max_kb)s ko. Demandez-la sans fichiers joints."),
            max_kb=ALERT_MAX_BYTES // 1024,
        )
    try:
        root: Element = fromstring(xml, forbid_dtd=True)
    except DefusedXmlException:
        raise refuse(
            "alert_is_dangerous",
            N_("Ce fichier XML contient une DTD ou des entités : une alerte n'en a jamais."),
        ) from None
    except (ParseError, ValueError, LookupError):
        raise refuse(
            "alert_is_not_xml",
            N_("Ce fichier n'est pas du XML bien formé. Vérifiez qu'il est complet."),
        ) from None
    if root.tag != f"{{{NAMESPACE}}}alert":
        raise refuse(
            "alert_is_not_cap_1_2",
            N_(
                "Ce fichier n'est pas une alerte CAP 1.2. "
                "Demandez ce format à l'expéditeur, ou encodez l'invitation par le formulaire."
            ),
            place="alert",
        )
    return root


class _Reader:
    """Reads elements and collects what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def text(self, parent: Element, tag: str, at: str = "", *, mandatory: bool = False) -> str:
        found = parent.find(f"cap:{tag}", _HERE)
        text = "" if found is None else "".join(found.itertext()).strip()
        if mandatory and not text:
            self._missing(at + tag)
        return text

    def name(self, parent: Element, tag: str) -> str:
        text = self.text(parent, tag, mandatory=True)
        if _NOT_IN_A_NAME.search(text) or len(text) > NAME_MAX_CHARACTERS:
            self._add(
                "element_impossible",
                N_(
                    "Cet élément contient une espace, une virgule ou un signe interdit, "
                    "ou est trop long."
                ),
                tag,
            )
        return text

    def moment(
        self, parent: Element, tag: str, at: str = "", *, mandatory: bool = False
    ) -> datetime | None:
        text = self.text(parent, tag, at, mandatory=mandatory)
        if not text:
            return None
        moment = _moment_of(text)
        if moment is None:
            self._add(
                "element_is_no_moment",
                N_("Une date, une heure et un fuseau sont attendus, comme %(example)s."),
                at + tag,
                example="2022-07-19T10:00:00+02:00",
            )
        return moment

    def choice(
        self, parent: Element, tag: str, choices: type[Choice], at: str = ""
    ) -> Choice | None:
        text = self.text(parent, tag, at, mandatory=True)
        return self._chosen(text, choices, at + tag) if text else None

    def _chosen(self, text: str, choices: type[Choice], place: str) -> Choice | None:
        try:
            return choices(text)
        except ValueError:
            self._add(
                "element_not_in_list",
                N_("Valeurs possibles : %(choices)s."),
                place,
                choices=", ".join(choices),
            )
            return None

    def references(
        self, root: Element, message_type: MessageType | None
    ) -> tuple[AlertReference, ...]:
        refers = (MessageType.UPDATE, MessageType.CANCEL)
        written = self.text(root, "references", mandatory=message_type in refers)
        found: list[AlertReference] = []
        for reference in written.split():
            sender, _, rest = reference.partition(",")
            identifier, _, sent_text = rest.partition(",")
            sent = _moment_of(sent_text)
            if sender and identifier and sent:
                found.append(AlertReference(sender, identifier, sent))
            else:
                self._add(
                    "reference_unreadable",
                    N_("Une référence s'écrit « expéditeur,identifiant,date »."),
                    "references",
                )
        return tuple(found)

    def info(self, info: Element, number: int) -> AlertInfo | None:
        at = f"info[{number}]/"
        words = [(e.text or "").strip() for e in info.findall("cap:category", _HERE)]
        if not any(words):
            self._missing(at + "category")
        categories = [self._chosen(word, Category, at + "category") for word in words if word]
        event = self.text(info, "event", at, mandatory=True)
        urgency = self.choice(info, "urgency", Urgency, at)
        severity = self.choice(info, "severity", Severity, at)
        certainty = self.choice(info, "certainty", Certainty, at)
        onset, expires = self.moment(info, "onset", at), self.moment(info, "expires", at)
        effective = self.moment(info, "effective", at)
        if onset and expires and expires < onset:
            self._add("ends_before_it_starts", N_("La fin précède le début."), at + "expires")
        areas = tuple(
            self._area(area, f"{at}area[{n}]/")
            for n, area in enumerate(info.findall("cap:area", _HERE), start=1)
        )
        if urgency is None or severity is None or certainty is None:
            return None
        language = self.text(info, "language") or _LANGUAGE_WITHOUT_WORDS
        return AlertInfo(
            language=language.split("-")[0].lower(),
            categories=tuple(category for category in categories if category is not None),
            event=event,
            urgency=urgency,
            severity=severity,
            certainty=certainty,
            effective=effective,
            onset=onset,
            expires=expires,
            headline=self.text(info, "headline"),
            description=self.text(info, "description"),
            instruction=self.text(info, "instruction"),
            areas=areas,
        )

    def _area(self, area: Element, at: str) -> AlertArea:
        return AlertArea(
            description=self.text(area, "areaDesc", at, mandatory=True),
            geocodes=tuple(
                (
                    self.text(code, "valueName", f"{at}geocode/", mandatory=True),
                    self.text(code, "value", f"{at}geocode/", mandatory=True),
                )
                for code in area.findall("cap:geocode", _HERE)
            ),
        )

    def _missing(self, place: str) -> None:
        self._add(
            "element_missing", N_("Cet élément est obligatoire et manque ou est vide."), place
        )

    def _add(self, slug: str, message: str, place: str, **values: object) -> None:
        self.problems.append(Problem(slug, message, place=place, values=values))


def _moment_of(text: str) -> datetime | None:
    if not _MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.year in YEARS else None
