"""The people's door of notify: one's own messages, how one wants to be told, and counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from services.notify import store
from services.notify.gateways import offered
from services.notify.rules.contacts import ContactPoint, contact_point, unknown_person
from services.notify.rules.messages import MessageKind, tongue, write
from services.notify.settings import MailSettings
from services.notify.steps.save_contact_point import save_contact_point
from shared import access
from shared.access import Identity
from shared.db import Tx, zone_names
from shared.errors import DeniedError, MissingError
from shared.web import (
    BRUSSELS,
    AnyPerson,
    Db,
    allow,
    language_of,
    page,
    see_other,
    translate,
    word_id,
)
from shared.web.guard import doors_of
from shared.web.languages import local_formats, translations
from shared.web.own_data import local, own_data_file
from shared.web.tables import Cell, Column, Table, Translate
from shared.words import Channel, PersonId, Role

router = APIRouter()

Overseer = Annotated[Identity, Depends(allow(Role.COORDINATION, Role.ADMINISTRATOR, Role.SERVICE))]
UserLanguage = Literal["fr", "nl", "en"]
DeliveryState = Literal["due", "leased", "sent", "failed", "cancelled", "read"]


class ContactForm(BaseModel):
    role: Role
    language: UserLanguage
    email: str | None = Field(default=None, max_length=254)
    channels: list[Channel] = Field(default=[Channel.INBOX], max_length=8)


class Contact(BaseModel):
    person_id: UUID
    role: Role
    language: UserLanguage
    email: str | None
    channels: list[Channel]


class Letter(BaseModel):
    """A message, written in the reader's language."""

    delivery_id: UUID
    kind: MessageKind
    subject: str
    body: str
    path: str
    sent_at: datetime
    read_at: datetime | None


class DeliveryCount(BaseModel):
    state: DeliveryState
    channel: Channel
    kind: MessageKind
    deliveries: int


def shown(contact: ContactPoint) -> Contact:
    """Write a contact point as the API does."""
    return Contact.model_validate(contact, from_attributes=True)


@router.put("/api/contact-points/{person_id}")
async def put_contact_point(
    database: Db, person_id: UUID, form: ContactForm, who: AnyPerson
) -> Contact:
    """Say how somebody wants to be told: oneself, or the coordination for others."""
    contact = contact_point(PersonId(person_id), **form.model_dump())
    async with database.transaction() as tx:
        await save_contact_point(tx, who, contact)
    return shown(contact)


@router.get("/api/contact-points/{person_id}")
async def get_contact_point(
    request: Request, database: Db, person_id: UUID, who: AnyPerson
) -> Contact:
    """Show one's own contact point; to the coordination, anybody's, who can see who read it."""
    if who.person_id != person_id and who.role is not Role.COORDINATION:
        raise DeniedError(signed_in=True)
    async with database.reading() as tx:
        contact = await store.contact_of(tx, person_id)
    if contact is None:
        raise MissingError("contact point")
    async with doors_of(request).transaction() as trail:
        await access.note_reading(
            trail, "contact_point.read", actor_id=who.person_id, subject_id=person_id
        )
    return shown(contact)


@router.delete("/api/contact-points/{person_id}", status_code=204)
async def delete_contact_point(database: Db, person_id: UUID, who: AnyPerson) -> None:
    """Erase somebody: addresses, messages, and what was proposed to them."""
    if who.person_id != person_id and who.role is not Role.COORDINATION:
        raise DeniedError(signed_in=True)
    async with database.transaction() as tx:
        await store.forget_person(tx, person_id)


async def letters_of(tx: Tx, person_id: UUID, language: str) -> list[Letter]:
    """Write somebody's messages in a language."""
    names = {zone_id: zone.name(language) for zone_id, zone in (await zone_names(tx)).items()}
    say = tongue(translations(language).gettext, local_formats(language), names)
    letters = []
    for kept in await store.inbox_of(tx, person_id):
        message = write(kept.kind, kept.matter, say)
        letters.append(
            Letter(
                delivery_id=kept.delivery_id,
                kind=kept.kind,
                subject=message.subject,
                body=message.body,
                path=message.path,
                sent_at=kept.sent_at,
                read_at=kept.read_at,
            )
        )
    return letters


@router.get("/api/inbox")
async def get_inbox(request: Request, database: Db, who: AnyPerson) -> list[Letter]:
    """List one's own messages, the latest first."""
    async with database.reading() as tx:
        return await letters_of(tx, who.person_id, language_of(request))


@router.post("/api/inbox/{delivery_id}/read", status_code=204)
async def read_letter(database: Db, delivery_id: UUID, who: AnyPerson) -> None:
    """Note that one read a message of one's own."""
    async with database.transaction() as tx:
        if not await store.mark_read(tx, who.person_id, delivery_id):
            raise MissingError("message")


@router.get("/api/deliveries")
async def get_deliveries(
    database: Db, _: Overseer, state: DeliveryState | None = None
) -> list[DeliveryCount]:
    """Count deliveries by state, channel and kind of message; no text, nobody."""
    async with database.reading() as tx:
        return [DeliveryCount(**row) for row in await store.count_deliveries(tx, state)]


@router.get("/", response_class=HTMLResponse)
async def inbox_page(request: Request, database: Db, who: AnyPerson) -> Response:
    """Show one's own messages."""
    async with database.reading() as tx:
        letters = await letters_of(tx, who.person_id, language_of(request))
    return page(request, "inbox.html", letters=letters)


@router.post("/messages/{delivery_id}/read")
async def read_letter_form(database: Db, delivery_id: UUID, who: AnyPerson) -> Response:
    """Note from the page that one read a message of one's own."""
    await read_letter(database, delivery_id, who)
    return see_other("/notify/")


@router.get("/me/data.zip", include_in_schema=False)
async def own_data_zip(request: Request, database: Db, who: AnyPerson) -> Response:
    """Give what notify keeps of whoever asks: how they are told, and what they were told."""
    language = language_of(request)

    def _(text: str) -> str:
        return translate(language, text)

    async with database.reading() as tx:
        contact = await store.contact_of(tx, who.person_id)
        letters = await letters_of(tx, who.person_id, language)
        now = tx.now.astimezone(BRUSSELS)
    says = (
        _(
            "Où et comment Relais vous prévient, et les messages de votre boîte, les derniers"
            " d’abord."
        ),
        _(
            "Personne d’autre ne lit vos messages. La coordination peut lire et changer votre"
            " adresse."
        ),
    )
    tables = [contact_table(contact, _), messages_table(letters, _)]
    return own_data_file(who, language, tables, says, now, "relais-mes-messages")


def contact_table(contact: ContactPoint | None, _: Translate) -> Table:
    """Write how somebody wants to be told."""
    rows: list[list[Cell]] = (
        []
        if contact is None
        else [
            [_("Adresse e-mail"), contact.email or ""],
            [_("Langue des messages"), contact.language],
            [_("Me prévenir aussi par"), ", ".join(_(word_id(way)) for way in contact.ways())],
        ]
    )
    return Table(
        _("Comment je suis prévenu·e"),
        (
            Column("what", _("Quoi"), _("Ce qui est gardé.")),
            Column("value", _("Valeur"), _("Ce qui est noté.")),
        ),
        rows,
    )


def messages_table(letters: Sequence[Letter], _: Translate) -> Table:
    """Write somebody's messages."""
    return Table(
        _("Messages"),
        (
            Column("sent_at", _("Quand"), _("Jour et heure, à Bruxelles.")),
            Column("subject", _("Objet"), _("De quoi il s’agit.")),
            Column("body", _("Texte"), _("Ce que Relais vous a écrit.")),
            Column("read_at", _("Lu"), _("Vide : pas encore.")),
        ),
        [[local(one.sent_at), one.subject, one.body, local(one.read_at)] for one in letters],
    )


@router.get("/preferences", response_class=HTMLResponse)
async def preferences_page(
    request: Request, database: Db, who: AnyPerson, saved: str = ""
) -> Response:
    """Show how one is told."""
    async with database.reading() as tx:
        kept = await store.contact_of(tx, who.person_id)
    contact = kept or unknown_person(who.person_id, who.role)
    return page(
        request,
        "preferences.html",
        contact=contact,
        ways=[way for way in offered(MailSettings()) if way is not Channel.INBOX],
        mail=Channel.EMAIL,
        saved=bool(saved),
    )


@router.post("/preferences")
async def save_preferences(
    database: Db,
    who: AnyPerson,
    language: Annotated[UserLanguage, Form()],
    email: Annotated[str, Form(max_length=254)] = "",
    channels: Annotated[list[Channel] | None, Form()] = None,
) -> Response:
    """Keep how one wants to be told."""
    contact = contact_point(who.person_id, who.role, language, email, channels or [])
    async with database.transaction() as tx:
        await save_contact_point(tx, who, contact)
    return see_other("/notify/preferences?saved=1")


@router.post("/preferences/erase")
async def erase_preferences(database: Db, who: AnyPerson) -> Response:
    """Erase one's own address and messages."""
    await delete_contact_point(database, who.person_id, who)
    return see_other("/notify/preferences")
