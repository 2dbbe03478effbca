"""A host partner says whether the periods that are its own fit."""

from services.dispatch.store import partners
from shared.db import Tx
from shared.errors import MissingError
from shared.words import PartnerId, PartnerRemark


async def make_remark(partner_id: PartnerId, remark: PartnerRemark, tx: Tx) -> None:
    """Keep a partner's word for the coordination.

    Raises:
        MissingError: nobody of the roster works for this partner.
    """
    if partner_id not in await partners.partner_periods(tx):
        raise MissingError("partner")
    await partners.save_remark(tx, partner_id, remark)
