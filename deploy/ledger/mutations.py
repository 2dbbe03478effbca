"""Removing the guards of the ledger one by one, in a scratch copy, to see an attack succeed.

Each mutation replaces one expression of the source, found in its syntax tree; the product has no
switch for any of this. A mutation that no longer finds its expression is an error: it must follow
the code.
"""

import ast
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import services.reporting.rules.ledger as product
from deploy.ledger.attacks import ATTACKS, WITHOUT_FILMS, Stage, quick_worlds, run

SOURCE = Path(product.__file__).parent


class Mutation(NamedTuple):
    """A guard, the module and the expression that hold it, and what stands there instead."""

    guard: str
    module: str
    before: str
    after: str


class Verdict(NamedTuple):
    """Which attack succeeded without the guard, and what it told the attacker; "" if none."""

    mutation: Mutation
    attack: str
    learnt: str
    times: int


MUTATIONS = (
    # Safe sets
    Mutation("T: enough actions and contacts", "safety",
             "sums.sum(axis=-1) >= np.expand_dims(threshold, -1)", "sums.sum(axis=-1) >= 1"),
    Mutation("T holds for contacts too", "safety",
             "(sums.sum(axis=-1) >= np.expand_dims(threshold, -1)).all(axis=-1)",
             "(sums.sum(axis=-1) >= np.expand_dims(threshold, -1))[..., 0]"),
    Mutation("K: enough workers", "safety",
             "((sums > 0).sum(axis=-1) >= policy.K).all(axis=-1)",
             "((sums > 0).sum(axis=-1) >= 1).all(axis=-1)"),
    Mutation("K holds for contacts too", "safety",
             "((sums > 0).sum(axis=-1) >= policy.K).all(axis=-1)",
             "((sums > 0).sum(axis=-1) >= policy.K)[..., 0]"),
    Mutation("P: nobody dominates", "safety",
             "others * share.denominator >= largest[..., 1] * share.numerator", "others >= 0"),
    Mutation("P holds for contacts too", "safety",
             "(others * share.denominator >= largest[..., 1] * share.numerator).all(axis=-1)",
             "(others * share.denominator >= largest[..., 1] * share.numerator)[..., 0]"),
    Mutation("sensitive codes wait longer", "model",
             "max(self.T, view.thresholds.get(code, self.T))", "self.T"),
    # Policy
    Mutation("a policy is never below the floors", "model", "getattr(self, name) < floor", "False"),
    Mutation("views are coarse, with codes to spare", "model",
             "not self.min_cats < len(view.codes) <= MAX_CODES", "False"),
    Mutation("a code's own threshold is never below T", "model",
             "code not in view.codes or threshold < self.T", "False"),
    Mutation("there is a key", "model", "not self.key", "False"),
    # Total
    Mutation("the reserve", "sealing", "reserved(pool, policy)", "0"),
    Mutation("nothing unsafe enters the total", "sealing", "unsafe_because(batch, policy)", "None"),
    Mutation("the period between seals", "sealing",
             "(day - max(days)).days < policy.period_days", "False"),
    Mutation("one seal a day, one close", "sealing", "day <= history.last_day", "False"),
    Mutation("what is encoded later waits", "sealing",
             "o.day < day or (close and o.day == day)", "True"),
    Mutation("an outcome is sealed once", "sealing", "o.id not in sealed", "True"),
    Mutation("order by day and id", "sealing",
             "sorted((o for o in encoded if o.id not in sealed), key=lambda o: (o.day, o.id))",
             "(o for o in encoded if o.id not in sealed)"),
    Mutation("closed lists of codes", "sealing",
             "outcome.codes.get(view.name) not in view.codes", "False"),
    Mutation("an outcome stands once", "sealing", "outcome.id in seen", "False"),
    Mutation("sums are possible", "sealing",
             "outcome.actions < 1 or outcome.contacts < 0", "False"),
    # Views
    Mutation("the secret wait (J)", "history",
             "self.policy.jitter(self.view, code, len(self.releases[c]))", "0"),
    Mutation("the wait depends on the key", "model",
             "hmac.new(self.key, message.encode(), hashlib.sha256).digest()",
             "hashlib.sha256(message.encode()).digest()"),
    Mutation("remainders are safe", "sealing",
             "bool(remainders.safe_when(codes).all())", "True"),
    Mutation("remainders since every seal, not only since the first", "sealing",
             "bool(remainders.safe_when(codes).all())", "bool(remainders.safe_when(codes)[0])"),
    Mutation("codes to spare at each seal (min_cats)", "sealing", "unreleased >= slack", "True"),
    Mutation("the gate of each block", "sealing",
             "refusal(sums, policy, policy.threshold(view, code))", "None"),
    # Auditor
    Mutation("the auditor freezes", "sealing", "finding.leaks and chosen", "False"),
    Mutation("the auditor puts a seal off", "sealing", "leaking and not close", "False"),
    Mutation("the auditor attacks contacts too", "auditor",
             "enumerate(MEASURES)", "enumerate(MEASURES[:1])"),
    Mutation("the auditor knows the rule of the threshold", "picture",
             "sums < waits", "sums < 0"),
    Mutation("the auditor wants P of large cells", "auditor",
             "np.maximum(policy.min_width, relative)",
             "np.maximum(policy.min_width, 0 * relative)"),
    Mutation("the auditor solves, where no move is found", "auditor",
             "not len(suspects)", "True"),
    Mutation("the closing table is attacked before it is shown", "closing",
             "_leak(cross, readers, shown)", "None"),
    Mutation("the closing table shows safe cells only", "closing",
             "refusal(sums[row, column], policy, max(waits, cross.threshold(row, column))) is None",
             "sums[row, column].any()"),
    # Small campaigns
    Mutation("every worker's waiver", "sealing",
             "all((worker in agreed for worker in workers))",
             "any((worker in agreed for worker in workers))"),
    Mutation("a waiver given in time", "sealing", "waiver.day <= day", "True"),
    Mutation("a waiver does not cover those met", "sealing",
             "reason in {Reason.EMPTY, Reason.THRESHOLD}", "False"),
    Mutation("waivers only where nothing was live", "sealing", "close and (not ledger)", "close"),
    Mutation("waivers only at the close", "sealing", "close and (not ledger)", "not ledger"),
    # Corrections
    Mutation("T for corrections", "corrections", "enough(sizes, policy.T)", "True"),
    Mutation("K for corrections", "corrections", "shared(sizes, policy)", "True"),
    Mutation("P for corrections", "corrections", "balanced(sizes, policy)", "True"),
    # Zones
    Mutation("four workers in a funder zone", "zones",
             "len(_workers(group)) < min_workers", "len(_workers(group)) < 1"),
    Mutation("the floor of four", "zones", "min_workers < MIN_WORKERS", "False"),
    Mutation("one grouping a year", "zones",
             "zoning.year == proposed.year and zoning != proposed", "False"),
    Mutation("funder zones do not overlap", "zones", "ids.count(i) > 1", "False"),
    # The ledger as a file
    Mutation("members stay with the sealer", "reading", "block.public()", "block"),
    Mutation("fingerprints need the key", "model",
             "hmac.new(self.key, message.encode(), hashlib.sha256).hexdigest()",
             "hashlib.sha256(message.encode()).hexdigest()"),
    Mutation("blocks add up", "history", "block.figure != found", "False"),
    Mutation("seals follow each other", "history", "block.seq != number + 1", "False"),
    Mutation("a block is after the one before it", "history",
             "not start < block.seq <= len(batches)", "False"),
    Mutation("no outcome twice in the total", "history", "len(set(ids)) != len(ids)", "False"),
    Mutation("each row is hashed with the one before", "chain",
             "f'{previous}\\n{number}\\n{canonical(row)}'", "f'{number}\\n{canonical(row)}'"),
    Mutation("hashes are checked", "chain",
             "found.hash != _hash(head, count, found.row)", "False"),
    Mutation("numbers are checked", "chain", "found.number != count", "False"),
    Mutation("the end is anchored", "chain",
             "anchor.rows >= start.rows and heads.get(anchor.rows) != anchor.head", "False"),
)  # fmt: skip


def mutate(source: str, mutation: Mutation) -> str:
    """Replace the expression everywhere in a module's source.

    Raises:
        ValueError: the expression is not there: the mutation must follow the code.
    """
    found = 0
    sought = ast.dump(ast.parse(mutation.before, mode="eval").body)

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            nonlocal found
            if isinstance(node, ast.expr) and ast.dump(node) == sought:
                found += 1
                return ast.parse(mutation.after, mode="eval").body
            return self.generic_visit(node)

    tree = ast.fix_missing_locations(Replace().visit(ast.parse(source)))
    if not found:
        raise ValueError(f"{mutation.module}.py has no expression {mutation.before!r}")
    return ast.unparse(tree)


@contextmanager
def mutant(mutation: Mutation) -> Iterator[ModuleType]:
    """Give a copy of the ledger without one guard, as a module of its own."""
    with tempfile.TemporaryDirectory(prefix="relais-mutant-") as folder:
        name = f"ledger_{Path(folder).name.replace('-', '_')}"
        copy = Path(folder) / name
        shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
        path = copy / f"{mutation.module}.py"
        path.write_text(mutate(path.read_text(), mutation))
        sys.path.insert(0, folder)
        try:
            yield import_module(name)
        finally:
            sys.path.remove(folder)
            for module in [m for m in sys.modules if m == name or m.startswith(f"{name}.")]:
                del sys.modules[module]


def verdict(mutation: Mutation) -> Verdict:
    """Attack the ledger without one guard until an attack succeeds."""
    with mutant(mutation) as ledger:
        for number, world in enumerate(quick_worlds()):
            stage = Stage(ledger, (world,))
            for attack in ATTACKS:
                if number and attack in WITHOUT_FILMS:
                    continue
                found = run(stage, [attack])[attack.__name__]
                if found.learnt:
                    return Verdict(mutation, attack.__name__, found.learnt[0], len(found.learnt))
    return Verdict(mutation, "", "", 0)
