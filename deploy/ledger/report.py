"""What the attacks found, as tables on the terminal."""

import time
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

import services.reporting.rules.ledger as product
from deploy.ledger import worlds
from deploy.ledger.attacks import ATTACKS, Stage, quick_worlds, run
from deploy.ledger.mutations import MUTATIONS, verdict

WIDTH = 140


def _console() -> Console:
    return Console(width=None if Console().is_terminal else WIDTH)


def attack(campaigns: int, years: int, seed: int) -> bool:
    """Run every attack over generated worlds and print a line each. Returns whether all failed."""
    drawn = (
        *quick_worlds(),
        *worlds.campaigns(campaigns, first_seed=seed),
        *worlds.years(years, first_seed=seed),
    )
    stage = Stage(product, drawn)
    console = _console()
    console.print(f"{len(drawn)} ledgers, seeds from {seed} …")
    table = Table("attack", "tried", "learnt", "first", "s")
    began_s = time.monotonic()
    films = stage.films
    sealed = sum(len(film.batches) for film in films)
    frozen = sum(row.what == "freeze" for film in films for row in film.audit)
    put_off = sum(seal.skipped == "auditor" for film in films for seal in film.seals)
    console.print(
        f"{sealed} seals in {time.monotonic() - began_s:.0f} s; the auditor froze {frozen} views"
        f" and put {put_off} seals off."
    )
    failed = True
    for one in ATTACKS:
        began_s = time.monotonic()
        found = run(stage, [one])[one.__name__]
        failed = failed and not found.learnt
        table.add_row(
            one.__name__,
            str(found.tried),
            str(len(found.learnt)),
            found.learnt[0] if found.learnt else "",
            f"{time.monotonic() - began_s:.1f}",
        )
    console.print(table)
    return failed


def mutations(only: Sequence[str]) -> bool:
    """Remove guards and print which attack succeeds. Returns whether every guard is needed."""
    chosen = [m for m in MUTATIONS if not only or any(part in m.guard for part in only)]
    table = Table("guard removed", "attack that succeeds", "times", "what it learns first")
    needed = True
    for mutation in chosen:
        found = verdict(mutation)
        needed = needed and bool(found.attack)
        table.add_row(
            mutation.guard,
            found.attack or "NONE",
            str(found.times),
            found.learnt,
        )
    _console().print(table)
    return needed and bool(chosen)
