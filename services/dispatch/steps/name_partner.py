"""The coordination says how a host partner is called."""

from services.dispatch.store import partners
from shared.db import Tx, save_partners
from shared.errors import MissingError, refuse
from shared.words import PartnerId

LONGEST = 80


async def name_partner(partner_id: PartnerId, name: str, tx: Tx) -> None:
    """Keep a host partner's name; its id, and so its link, stay.

    Raises:
        MissingError: nobody of the roster works for this partner.
        RefusedError: no name, or one of more than 80 characters.
    """
    if partner_id not in await partners.partner_periods(tx):
        raise MissingError("partner")
    called = " ".join(name.split())
    if not 0 < len(called) <= LONGEST:
        raise refuse("bad_name", "Un nom de partenaire a de 1 à 80 caractères.", place="name")
    await save_partners(tx, {partner_id: called})
