"""A campaign to try, as a form types it and as an address keeps it.

An address holds each try as one `try=…`: the fields of the form, written as a query of their own.
The fields of an action are those of a declaration, so that a link from there fills them in.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import FormData

from services.dispatch.rules.what_if import ACTIONS_MAX, ActionWish, Wish
from services.dispatch.web.forms import Typed
from shared.errors import RefusedError, refuse
from shared.words import ActionKind, Language, Skill, Weekday

SEVERAL = ("zone_ids", "languages_wanted", "languages_required", "weekdays_")


def read_wish(form: Typed, actions: int) -> Wish:
    """Read a campaign to try.

    Args:
        form: what was typed, or what an address kept.
        actions: how many actions the campaign has that is changed; none of a draft.

    Raises:
        RefusedError: something could not be read, with every mistake.
    """
    starts_on, ends_on = form.day("starts_on") or date.min, form.day("ends_on") or date.min
    share_max_pct = form.number("share_max_pct")
    rows = [_read_row(form, row, actions) for row in range(rows_of(form))]
    form.refuse_mistakes()
    return Wish(
        starts_on,
        ends_on,
        frozenset(form.texts("zone_ids")),
        frozenset(form.several("languages_wanted", Language)),
        frozenset(form.several("languages_required", Language)),
        share_max_pct,
        tuple(row for row in rows if row is not None),
    )


def rows_of(form: Typed) -> int:
    """Say how many lines of actions a form has."""
    rows = form.text("rows")
    return min(ACTIONS_MAX, int(rows)) if rows.isascii() and rows.isdigit() else 0


def _read_row(form: Typed, row: int, actions: int) -> ActionWish | None:
    """Read one line; without a kind it is no action."""
    kind = form.text(f"kind_{row}")
    if kind not in set(ActionKind):
        return None
    clock = form.clock(f"starts_{row}")
    skill, of = form.text(f"skill_{row}"), form.text(f"of_{row}")
    number = int(of) if of.isascii() and of.isdigit() and int(of) < actions else None
    return ActionWish(
        ActionKind(kind),
        form.number(f"quantity_{row}"),
        form.several(f"weekdays_{row}", Weekday),
        clock.hour * 60 + clock.minute if clock else 0,
        form.number(f"duration_{row}"),
        form.number(f"people_{row}"),
        Skill(skill) if skill in set(Skill) else None,
        number,
    )


def typed_of(wish: Wish) -> Typed:
    """Fill the form in with a campaign."""
    return Typed(FormData(list(_fields(wish))))


def _fields(wish: Wish) -> Iterable[tuple[str, str]]:
    yield "starts_on", wish.starts_on.isoformat()
    yield "ends_on", wish.ends_on.isoformat()
    yield "share_max_pct", str(wish.share_max_pct)
    yield from (("zone_ids", zone) for zone in sorted(wish.zone_ids))
    yield from (("languages_wanted", tongue.value) for tongue in sorted(wish.languages_wanted))
    yield from (("languages_required", tongue.value) for tongue in sorted(wish.languages_required))
    yield "rows", str(len(wish.actions))
    for row, action in enumerate(wish.actions):
        yield f"kind_{row}", action.kind.value
        yield f"quantity_{row}", str(action.per_zone_per_week)
        yield from ((f"weekdays_{row}", day.value) for day in action.weekdays)
        yield f"starts_{row}", f"{action.starts_min // 60:02}:{action.starts_min % 60:02}"
        yield f"duration_{row}", str(action.duration_min)
        yield f"people_{row}", str(action.people_wanted)
        if action.skill is not None:
            yield f"skill_{row}", action.skill.value
        if action.of is not None:
            yield f"of_{row}", str(action.of)


def kept_as(wish: Wish) -> str:
    """Write a campaign for an address."""
    found: dict[str, str] = {}
    for name, value in _fields(wish):
        found[name] = f"{found[name]} {value}" if name in found else value
    return urlencode(found)


def read_kept(kept: Sequence[str], actions: int) -> list[Wish]:
    """Read the campaigns that an address keeps.

    Raises:
        RefusedError: one cannot be read.
    """
    found = []
    for text in kept:
        fields: list[tuple[str, Any]] = [
            (name, one)
            for name, value in parse_qsl(text, max_num_fields=200)
            for one in (value.split() if name.startswith(SEVERAL) else [value])
        ]
        try:
            found.append(read_wish(Typed(FormData(fields)), actions))
        except RefusedError as unread:
            raise refuse(
                "unreadable_try", "Un essai de cette adresse ne se lit pas\u00a0: recommencez-le."
            ) from unread
    return found
