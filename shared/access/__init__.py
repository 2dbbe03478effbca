"""Who is who and who may do what: accounts, what proves them, sessions, the audit trail.

The schema `access` belongs to this package alone. Tokens are 256 random bits, kept hashed; what a
browser or a program holds says nothing about its owner.

| file | what lives there |
|---|---|
| `accounts` | who exists, and what each has to come in with |
| `links` | invitations that open once; a host partner's standing link |
| `mailed_links` | links that a funder asks for by e-mail |
| `passwords`, `codes`, `passkeys`, `outside` | the ways to prove who one is |
| `throttle` | how often one may try |
| `sessions` | who is in, from which device, until when |
| `trail`, `played_clock` | what happened; the scenario's time |
"""

from shared.access.accounts import (
    NEEDS_A_SECOND_STEP,
    Account,
    Proofs,
    accounts,
    close_account,
    create_account,
    find_account,
    give_address,
    is_invited_as,
    open_account,
    proofs_of,
    reopen_account,
)
from shared.access.links import LINK_LIFE, begin_set_up, make_link, redeem
from shared.access.played_clock import move_clock
from shared.access.sessions import (
    Device,
    Identity,
    SessionLife,
    Stage,
    begin_session,
    devices_of,
    end_session,
    end_sessions_of,
    identify,
)
from shared.access.trail import (
    Trail,
    TrailLine,
    audit_content,
    note,
    note_reading,
    trail_of,
    verify_trail,
)

__all__ = [
    "LINK_LIFE",
    "NEEDS_A_SECOND_STEP",
    "Account",
    "Device",
    "Identity",
    "Proofs",
    "SessionLife",
    "Stage",
    "Trail",
    "TrailLine",
    "accounts",
    "audit_content",
    "begin_session",
    "begin_set_up",
    "close_account",
    "create_account",
    "devices_of",
    "end_session",
    "end_sessions_of",
    "find_account",
    "give_address",
    "identify",
    "is_invited_as",
    "make_link",
    "move_clock",
    "note",
    "note_reading",
    "open_account",
    "proofs_of",
    "redeem",
    "reopen_account",
    "trail_of",
    "verify_trail",
]
