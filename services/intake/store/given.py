"""Ids that clients make: what was asked under an id is done once, however often it is sent."""

import hashlib
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.intake.rules.source_text import N_
from services.intake.store.tables import given_id
from shared.db import Tx
from shared.errors import refuse


async def first_asked(tx: Tx, given: UUID, kind: str, body: BaseModel, *about: UUID) -> bool:
    """Claim a client's id; False when the same was asked under it before.

    Args:
        tx: of the step that does what is asked.
        given: the client's id.
        kind: what is asked, such as `invitation`.
        body: how it is asked, the id itself left out of account.
        about: ids in the path, which are part of what is asked.

    Raises:
        RefusedError: something else was asked under this id.
    """
    words = [kind, *map(str, about), body.model_dump_json(exclude={"id"})]
    digest = hashlib.sha256("\n".join(words).encode()).digest()
    claimed = await tx.execute(
        upsert(given_id)
        .values(id=given, kind=kind, digest=digest, given_at=tx.now)
        .on_conflict_do_nothing()
        .returning(given_id.c.id)
    )
    if claimed.first() is not None:
        return True
    known = await tx.execute(select(given_id.c.digest).where(given_id.c.id == given))
    if known.scalar_one() != digest:
        raise refuse(
            "id_means_something_else",
            N_("Cet identifiant a déjà servi à autre chose : prenez-en un nouveau."),
            place="id",
        )
    return False
