"""The table of actions of a declaration: what was typed in it, lines that come and go."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from services.intake.rules.campaign import USUAL, ActionWanted, usual_actions
from services.intake.web.forms import Typed, minutes_of, named, partners_in, words_in
from shared.web import page
from shared.words import ActionKind, CrisisKind, Skill, Weekday

ROWS_MAX = 20
REMOVE = "remove_"
FIELDS = (
    "kind",
    "quantity",
    "weekdays",
    "starts",
    "duration",
    "people",
    "zones",
    "skill",
    "partners",
    "from",
    "until",
)


def rows_of(typed: Typed) -> int:
    """Say how many lines the table of actions has."""
    written = typed.text("rows")
    return min(ROWS_MAX, int(written)) if written.isdecimal() else 0


def usual_rows(crisis: CrisisKind) -> dict[str, object]:
    """Fill the table with what is usual for a crisis."""
    usual = usual_actions(crisis)
    typed: dict[str, object] = {"rows": len(usual)}
    for row, (action, skill) in enumerate(usual):
        typed |= row_typed(action, row, skill)
    return typed


def row_typed(action: ActionWanted, row: int, skill: Skill | None = None) -> dict[str, object]:
    """Say an action as the fields of a line say it."""
    return {
        f"kind_{row}": action.kind,
        f"quantity_{row}": action.per_zone_per_week,
        f"weekdays_{row}": action.weekdays,
        f"starts_{row}": f"{action.starts_min // 60:02}:{action.starts_min % 60:02}",
        f"duration_{row}": action.duration_min,
        f"people_{row}": action.people_wanted,
        f"skill_{row}": skill,
    }


def with_row(typed: Typed) -> Typed:
    """Add a line: an action of the kind that was chosen, as it usually is, or an empty one."""
    row = rows_of(typed)
    if row == ROWS_MAX:
        return typed
    kind = typed.text("add_kind")
    filled = row_typed(USUAL[ActionKind(kind)], row) if kind in set(ActionKind) else {}
    added = Typed.of(rows=row + 1, new_row=row, **filled)
    return added.over(replace(typed, lists={**typed.lists, "add_kind": ()}))


def without_row(typed: Typed, number: str) -> Typed:
    """Take a line away; those below move up."""
    rows = rows_of(typed)
    if not number.isdecimal() or int(number) >= rows:
        return typed
    kept = [row for row in range(rows) if row != int(number)]
    of_rows = {f"{field}_{row}" for field in FIELDS for row in range(rows)}
    lists = {name: given for name, given in typed.lists.items() if name not in of_rows}
    for new, old in enumerate(kept):
        for field in FIELDS:
            if f"{field}_{old}" in typed.lists:
                lists[f"{field}_{new}"] = typed.lists[f"{field}_{old}"]
    return Typed({**lists, "rows": (str(len(kept)),)})


def action_rows(request: Request, typed: Typed) -> dict[str, Any]:
    """Give what `declaration_actions.html` shows."""
    return {
        "typed": typed,
        "rows": rows_of(typed),
        "rows_max": ROWS_MAX,
        "kinds": named(request, ActionKind),
        "weekdays": named(request, Weekday),
        "skills": named(request, Skill),
    }


def actions_part(request: Request, typed: Typed) -> HTMLResponse:
    """Render the table of actions alone."""
    return page(request, "declaration_actions.html", **action_rows(request, typed))


def action_typed(typed: Typed, row: int, partners: Mapping[str, str]) -> dict[str, Any]:
    """Gather one line of the table of actions; `partners` are those that are known by name."""
    return {
        "kind": typed.text(f"kind_{row}"),
        "per_zone_per_week": typed.text(f"quantity_{row}") or 0,
        "weekdays": typed.all(f"weekdays_{row}"),
        "starts_min": minutes_of(typed.text(f"starts_{row}")),
        "duration_min": typed.text(f"duration_{row}") or 0,
        "people_wanted": typed.text(f"people_{row}") or 0,
        "zone_ids": words_in(typed.text(f"zones_{row}")),
        "skill": typed.maybe(f"skill_{row}"),
        "partners": tuple(partners_in(typed.text(f"partners_{row}"), partners)),
        "from_on": typed.maybe(f"from_{row}"),
        "until_on": typed.maybe(f"until_{row}"),
    }
