"""`relais territory`: the packs of data that say what a territory is."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from deploy.territory import Answer

PANEL = "Operate"

Json = Annotated[bool, typer.Option("--json", help="Answer as one JSON object, for a program.")]


class Cut(StrEnum):
    """The two cuts of the sectors of Brussels: before and since 2025."""

    BEFORE_2025 = "724"
    SINCE_2025 = "749"


class Zones(StrEnum):
    """What becomes a zone."""

    FILES = "files"
    QUARTERS = "quarters"
    MUNICIPALITIES = "municipalities"


class Decimal(StrEnum):
    """What stands before the decimals."""

    COMMA = ","
    POINT = "."


def register(app: typer.Typer) -> None:
    territory = typer.Typer(
        no_args_is_help=True,
        help="List, show and check territory packs; import one from official files.",
    )
    app.add_typer(territory, name="territory", rich_help_panel=PANEL)
    _register_reading(territory)
    _register_writing(territory)


def _register_reading(territory: typer.Typer) -> None:
    @territory.command("list")
    def list_(*, as_json: Json = False) -> None:
        """List the packs that come with Relais."""
        from deploy.territory import list_territories  # noqa: PLC0415  # loads the geometry

        _say(list_territories(), as_json=as_json)

    @territory.command()
    def show(
        pack: Annotated[str, typer.Argument(help="A pack's name, or its folder.")] = "brussels",
        *,
        as_json: Json = False,
    ) -> None:
        """Show the zones of a pack and what its figures are: years, sources, gaps."""
        from deploy.territory import show_territory  # noqa: PLC0415  # loads the geometry

        _say(show_territory(pack), as_json=as_json)

    @territory.command()
    def check(
        folder: Annotated[Path, typer.Argument(help="The pack's folder.")],
        *,
        as_json: Json = False,
    ) -> None:
        """Say everything that is wrong with a pack, with file and line."""
        from deploy.territory import check_territory  # noqa: PLC0415  # loads the geometry

        _say(check_territory(folder), as_json=as_json)


def _register_writing(territory: typer.Typer) -> None:
    @territory.command("import")
    def import_(  # noqa: PLR0913  # each is an option of the command
        source: Annotated[
            Path, typer.Argument(help="A folder of official files: GeoJSON, csv, txt, xlsx, zip.")
        ],
        *,
        into: Annotated[Path, typer.Option(help="The folder to write the pack to.")],
        vintage: Annotated[
            Cut | None,
            typer.Option(help="The cut of sectors to work in; that of the zones if not said."),
        ] = None,
        zones: Annotated[
            Zones | None, typer.Option(help="What becomes a zone; the zone files if there are any.")
        ] = None,
        year: Annotated[
            int | None, typer.Option(help="The year of files that do not say theirs.")
        ] = None,
        decimal: Annotated[
            Decimal | None, typer.Option(help="The decimal sign, where figures leave it in doubt.")
        ] = None,
        within: Annotated[
            str, typer.Option(help="How the territory's codes begin; 21 is the Brussels region.")
        ] = "",
        as_json: Json = False,
    ) -> None:
        """Make a pack of official files. Writes nothing if one of them cannot be read."""
        from deploy.territory import (  # noqa: PLC0415  # loads the geometry
            FileWishes,
            ImportWishes,
            Vintage,
            ZonesFrom,
            import_territory,
        )

        wishes = ImportWishes(
            pack_id=into.resolve().name,
            zones_from=ZonesFrom(zones) if zones else None,
            vintage=Vintage(vintage) if vintage else None,
        )
        files = FileWishes(year, decimal.value if decimal else None, within)
        _say(import_territory(source, into, wishes, files), as_json=as_json)

    @territory.command()
    def zone(
        folder: Annotated[Path, typer.Argument(help="The pack's folder.")],
        zone_id: Annotated[str, typer.Argument(help="The zone to change.")],
        sectors: Annotated[list[str], typer.Argument(help="All the sectors that it consists of.")],
        *,
        as_json: Json = False,
    ) -> None:
        """Give a zone another set of sectors. Size and contiguity are shown, never enforced."""
        from deploy.territory import edit_territory  # noqa: PLC0415  # loads the geometry

        _say(edit_territory(folder, zone_id, sectors), as_json=as_json)


def _say(answer: "Answer", *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(answer.data, ensure_ascii=False, indent=2))
    else:
        print(answer.text, file=sys.stdout if answer.ok else sys.stderr)
    if not answer.ok:
        raise typer.Exit(1)
