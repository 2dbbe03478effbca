"""The people's door: sessions, roles, errors, languages, headers, health. One factory for all.

A service's `web.py` holds routes only. It says who may come in by the type of a parameter
(`Coordinator`, `Worker`, `AnyPerson`), gets the database as `Db`, and renders with `page`.
"""

from shared.web.app import Pulse, create_app
from shared.web.door import access_app
from shared.web.guard import (
    AnyPerson,
    Coordinator,
    Db,
    Funder,
    HostPartner,
    Operator,
    TeamMember,
    Worker,
    allow,
    identify,
    settings_of,
)
from shared.web.languages import BRUSSELS, language_of, translate, word_id
from shared.web.live import live
from shared.web.pages import page, see_other

__all__ = [
    "BRUSSELS",
    "AnyPerson",
    "Coordinator",
    "Db",
    "Funder",
    "HostPartner",
    "Operator",
    "Pulse",
    "TeamMember",
    "Worker",
    "access_app",
    "allow",
    "create_app",
    "identify",
    "language_of",
    "live",
    "page",
    "see_other",
    "settings_of",
    "translate",
    "word_id",
]
