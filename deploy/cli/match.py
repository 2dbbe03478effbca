"""`relais match`: the matcher on files, for people who bring their own campaign."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

PANEL = "Operate"

Json = Annotated[bool, typer.Option("--json", help="Answer as one JSON object, for a program.")]
Seed = Annotated[int, typer.Option(help="Of every random choice.")]
InstanceFile = Annotated[Path, typer.Argument(metavar="INSTANCE.json", help="A campaign.")]


class Size(StrEnum):
    """How large: the real team, ten such districts, a country."""

    S1 = "S1"
    S2 = "S2"
    S3 = "S3"


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        no_args_is_help=True,
        help="Match workers to tasks: solve, check and explain files, measure the matcher.",
    )
    app.add_typer(group, name="match", rich_help_panel=PANEL)
    _register_files(group)
    _register_measures(group)


def _register_files(group: typer.Typer) -> None:
    @group.command()
    def solve(  # noqa: PLR0913  # the options of one command
        instance: InstanceFile,
        *,
        seconds: Annotated[float, typer.Option(min=0, help="Time to spend.")] = 5.0,
        seed: Seed = 0,
        as_json: Json = False,
        check: Annotated[
            Path | None, typer.Option(metavar="PLAN.json", help="Check this plan instead.")
        ] = None,
        processes: Annotated[int, typer.Option(min=1, help="For a country-size campaign.")] = 2,
        bound: Annotated[
            bool,
            typer.Option("--bound", help="Also prove how good it is (S2: 15 s, S3: minutes)."),
        ] = False,
    ) -> None:
        """Propose a plan, or check one. Exit status 1: it breaks a rule; 2: a file is wrong."""
        from deploy.match import command  # noqa: PLC0415  # loads numpy

        status = command.solve(
            instance,
            seconds=seconds,
            seed=seed,
            as_json=as_json,
            check=check,
            processes=processes,
            bound=bound,
        )
        raise typer.Exit(status)

    @group.command()
    def explain(
        instance: InstanceFile,
        plan: Annotated[Path, typer.Argument(metavar="PLAN.json", help="A plan of it.")],
        task: Annotated[str, typer.Argument(help="The id of a task.")],
        *,
        as_json: Json = False,
    ) -> None:
        """Say why a task has these people, who almost had it, or why it is not done."""
        from deploy.match import command  # noqa: PLC0415  # loads numpy

        raise typer.Exit(command.say_why(instance, plan, task, as_json=as_json))

    @group.command()
    def schema() -> None:
        """Print the JSON schemas of an instance and of a plan."""
        from deploy.match import command  # noqa: PLC0415  # loads numpy

        print(command.schemas())


def _register_measures(group: typer.Typer) -> None:
    @group.command()
    def generate(
        *,
        size: Annotated[Size, typer.Option(help="How large.")] = Size.S1,
        seed: Seed = 0,
        campaign: Annotated[str, typer.Option(help="energy, heat, vaccine or ukraine.")] = "energy",
    ) -> None:
        """Print an invented campaign, shaped on the activity report of 2022."""
        from deploy.match import command  # noqa: PLC0415  # loads numpy

        print(command.make(size.value, seed, campaign))

    @group.command()
    def bench(
        *,
        size: Annotated[
            list[Size] | None, typer.Option(help="Which sizes (all, when none is named).")
        ] = None,
        seed: Seed = 0,
        quick: Annotated[bool, typer.Option(help="Less time for each: for a look only.")] = False,
        as_json: Json = False,
    ) -> None:
        """Print the goals of the matcher and what is reached, as ratios of one run."""
        from deploy.match.bench import bench as measure  # noqa: PLC0415  # loads numpy

        sizes = [s.value for s in (size or list(Size))]
        raise typer.Exit(measure(sizes, seed=seed, quick=quick, as_json=as_json))

    @group.command()
    def public(
        files: Annotated[list[Path], typer.Argument(help="Files or folders of public instances.")],
        *,
        seconds: Annotated[
            float, typer.Option(min=1, help="Of processor time, for each instance.")
        ] = 60.0,
        as_json: Json = False,
    ) -> None:
        """Solve public instances and print our results beside the published best."""
        from deploy.match.public import compare  # noqa: PLC0415  # loads numpy

        raise typer.Exit(compare(files, seconds=seconds, as_json=as_json))
