"""One's own data, to take along: a workbook and its tables as CSV, with a text that explains them.

Each service gives what it keeps, and knows nothing of the others' parts.
"""

from collections.abc import Sequence
from datetime import datetime

from babel.dates import format_datetime
from fastapi.responses import Response

from shared.access import Identity, TrailLine
from shared.web.archives import zip_file
from shared.web.languages import BRUSSELS, translate, word_id
from shared.web.tables import Cell, Column, Table, as_csv, as_xlsx, sheet_names
from shared.words import Role

ACTIONS = {
    "account.created": "L’accès a été créé",
    "account.closed": "L’accès a été fermé",
    "account.reopened": "L’accès a été rouvert",
    "link.made": "Un lien personnel a été fait",
    "session.began": "Une session a commencé",
    "session.revoked": "Une session a été fermée",
    "sign_in.failed": "Un mot de passe ou un code était faux",
    "password.chosen": "Un mot de passe a été choisi",
    "passkey.kept": "Une clé d’accès a été ajoutée",
    "passkey.removed": "Une clé d’accès a été retirée",
    "code.taken_into_use": "Une application de codes a été ajoutée",
    "recovery.drawn": "Des codes de secours ont été faits",
    "identity.bound": "Un compte d’organisation a été lié",
    "worker.read": "La fiche a été lue",
    "calendar.read": "L’agenda a été lu",
    "contact_point.read": "L’adresse où l’on prévient a été lue",
}
"""What stands in the trail, in words. What is not here is told by its name."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # so that a plain editor on Windows shows accents


def local(moment: datetime | None) -> str | None:
    """Write a moment as a table holds it: in Brussels, to the minute."""
    if moment is None:
        return None
    return format_datetime(moment, "yyyy-MM-dd HH:mm", tzinfo=BRUSSELS, locale="en")


def trail_table(lines: Sequence[TrailLine], language: str) -> Table:
    """Write who did what with somebody's data and access."""

    def _(text: str) -> str:
        return translate(language, text)

    rows: list[list[Cell]] = [
        [
            local(line.at),
            _(ACTIONS[line.action]) if line.action in ACTIONS else line.action,
            _("vous") if line.by_oneself else line.by or None,
            _(word_id(Role(line.by_role))) if line.by_role else None,
        ]
        for line in lines
    ]
    return Table(
        _("Qui a lu ou changé quoi"),
        (
            Column("at", _("Quand"), _("Jour et heure, à Bruxelles.")),
            Column("what", _("Quoi"), _("Ce qui a été lu ou fait.")),
            Column(
                "by", _("Par qui"), _("Vide : la machine, ou quelqu’un dont l’accès n’existe plus.")
            ),
            Column("role", _("Rôle"), _("Le rôle de cette personne.")),
        ),
        rows,
    )


def own_data_file(  # noqa: PLR0913, PLR0917 - what a file is made of
    who: Identity,
    language: str,
    tables: Sequence[Table],
    says: Sequence[str],
    made_at: datetime,
    name: str,
) -> Response:
    """Answer with somebody's own data: `Lisez-moi`, a workbook, and each table as CSV."""

    def _(text: str) -> str:
        return translate(language, text)

    title = _("Mes données")
    lines = [f"{title} · {who.display_name}", "", *says, ""]
    lines += [f"{table.title}{_(' :')} {len(table.rows)}" for table in tables]
    files = sheet_names([table.title for table in tables])
    return zip_file(
        [
            (f"{_('Lisez-moi')}.txt", BYTE_ORDER_MARK + "\r\n".join(lines).encode()),
            (f"{name}.xlsx", as_xlsx(tables, title, says, made_at.replace(tzinfo=None), _)),
            *(
                (f"csv/{file}.csv", as_csv(table))
                for file, table in zip(files, tables, strict=True)
            ),
        ],
        name,
    )
