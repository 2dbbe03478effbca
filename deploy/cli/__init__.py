"""The `relais` command. Each module here is a family of commands with a `register(app)`.

All are loaded at every call: what is slow to load is imported inside the command that needs it.
"""

import sys
from importlib import import_module
from pkgutil import iter_modules

import typer
from pydantic import ValidationError

from deploy.engines.errors import EngineError
from deploy.settings import DeploySettings
from shared.errors import RelaisError

HELP = """
Crisis mobilisation for neighbourhood outreach workers.

To look at it:       relais demo
To use it:           relais up, then open the link that it prints
To work on it:       relais test
"""

FAILED = 1
STOPPED_BY_HAND = 130


def build_app() -> typer.Typer:
    """Put the families together, in the order of their names."""
    app = typer.Typer(
        name="relais",
        help=HELP,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}").register(app)
    return app


def main() -> None:
    """Run the command line; an expected problem is one sentence on standard error."""
    debug = DeploySettings.read().debug
    try:
        build_app()(prog_name="relais")
    except (EngineError, RelaisError, OSError) as problem:
        if debug:
            raise
        print(f"relais: {problem}", file=sys.stderr)
        sys.exit(FAILED)
    except ValidationError as problem:
        if debug or not problem.title.endswith("Settings"):
            raise
        for error in problem.errors(include_input=False, include_url=False):
            name = "_".join(str(part) for part in error["loc"])
            print(f"relais: RELAIS_{name.upper()}: {error['msg']}.", file=sys.stderr)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(STOPPED_BY_HAND)
    except Exception as problem:  # a person gets a sentence, a developer asks for more
        if debug:
            raise
        print(
            f"relais: {type(problem).__name__}: {problem}\n"
            "This should not happen. RELAIS_DEBUG=1 shows where it did.",
            file=sys.stderr,
        )
        sys.exit(FAILED)
