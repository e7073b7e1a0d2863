"""The command line: `jiqun run`, `check`, `world`, `explain`, `gaps`, `sensitivity`, `export`.

What belongs here: reading the call, showing progress and results, and turning errors into one
sentence and an exit code (0 done, 1 a fault of ours, 2 the input or the call is wrong).
"""

from __future__ import annotations

import sys
import tempfile
import traceback
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn

import click

from geo.errors import GeoError
from geo.vocabulary import Language, Text
from pipelines.commands.call_errors import language_of_call, text_of_call, text_of_disk
from pipelines.commands.printing import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["cli", "main"]

_ERROR = Text("Error: ", "錯誤：")
_STOPPED = Text(
    "Stopped; earlier results are untouched.",
    "已停止；先前的結果未動。",
)
_OUR_FAULT = Text(
    "a fault of jiqun itself; please report it with {}.",
    "jiqun 本身的錯誤；請附 {} 回報。",
)
_RAW = click.argument("raw", type=click.Path(path_type=Path), default=Path("data/raw"))
_OUT = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data/processed"),
    show_default=True,
    help="Folder of the results.",
)
_LANGUAGE = click.option(
    "--lang",
    type=click.Choice([str(language) for language in Language]),
    default=str(Language.EN),
    show_default=True,
    help="Language of the answer.",
)


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    sys.exit(_guarded(lambda: cli(standalone_mode=False)))


def _guarded(command: Callable[[], object]) -> int:
    """Exit code of `command`, with every error told in one sentence."""
    code = 2
    try:
        command()
    except click.exceptions.Exit as leaving:
        return int(leaving.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo(_STOPPED.in_language(language_of_call()), err=True)
        code = 130
    except click.ClickException as error:
        language = language_of_call()
        if language is Language.EN or isinstance(error, click.exceptions.NoArgsIsHelpError):
            error.show()
        else:
            _tell(text_of_call(error), language)
    except GeoError as error:
        _tell(error.sentence, error.language)
    except OSError as error:
        _tell(text_of_disk(error), language_of_call())
    except Exception:  # noqa: BLE001 - the last resort: nobody is shown a traceback
        log = Path(tempfile.gettempdir(), f"jiqun-error-{datetime.now(UTC):%Y%m%d-%H%M%S}.log")
        log.write_text(traceback.format_exc(), encoding="utf-8")
        _tell(Text(*(text.format(log) for text in _OUR_FAULT)), language_of_call())
        code = 1
    else:
        code = 0
    return code


def _tell(sentence: Text, language: Language) -> None:
    told = f"{_ERROR.in_language(language)}{sentence.in_language(language)}"
    click.echo(harmless(told), err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="jiqun")
def cli() -> None:
    r"""Tell industrial clusters (集群) from mere agglomerations (集聚).

    \b
    Example:
      jiqun run my-data --out my-results
    """


@cli.command()
@_RAW
@_OUT
@click.option("--years", help="First and last year, such as 2019-2023; all where not given.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=20260101, show_default=True, help="Random seed."
)
@click.option(
    "--engine", default="polars", show_default=True, help="Only polars carries the whole job."
)
def run(raw: Path, out: Path, years: str | None, seed: int, engine: str) -> None:
    r"""Classify every region and industry of the dataset RAW.

    \b
    Examples:
      jiqun run
      jiqun run my-data --out my-results --years 2019-2023
    """
    from pipelines.commands.run import run_job
    from pipelines.commands.summary import print_summary

    with _in_language_of(raw):
        facts = run_job(raw, out, years=_years(years), seed=seed, engine=engine)
    print_summary(out, facts)


@cli.command()
@_RAW
@click.option("--years", help="First and last year, such as 2019-2023; all where not given.")
@click.option(
    "--settings",
    "settings_file",
    type=click.Path(path_type=Path),
    help="File of settings to read with, in the place of RAW/dataset.yaml.",
)
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write what was found to this file, as a page that opens offline.",
)
@click.option(
    "--fix",
    type=click.Path(path_type=Path),
    help="Write the settings of RAW, and those that would read more of it, to this file.",
)
@click.option("--force", is_flag=True, help="Replace files that are there already.")
def check(
    raw: Path,
    years: str | None,
    settings_file: Path | None,
    page: Path | None,
    fix: Path | None,
    force: bool,  # noqa: FBT001 - click hands it in by name
) -> None:
    r"""Read and validate the dataset RAW: what is in it, what would be rejected, what to do.

    The data is never changed. With --fix, the exit code is that of the dataset with the new
    settings; look at each of them before you use it.

    \b
    Examples:
      jiqun check
      jiqun check my-data --html check.html
      jiqun check my-data --fix mended.yaml
      jiqun check my-data --settings mended.yaml
    """
    from pipelines.commands.check.command import check_dataset

    with _in_language_of(raw):
        check_dataset(
            raw,
            years=_years(years),
            settings_file=settings_file,
            page=page,
            fix=fix,
            force=force,
        )


@cli.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Random seed."
)
@click.option(
    "--size",
    type=click.Choice(["small", "medium", "large"]),
    default="medium",
    show_default=True,
    help="How many regions and firms.",
)
def world(folder: Path, seed: int, size: Literal["small", "medium", "large"]) -> None:
    r"""Write a stylised dataset with known truth to DIR: invented data, to try the program on.

    \b
    Example:
      jiqun world my-world --seed 7 --size small
    """
    from geo.worlds import sized_recipe, write_world
    from geo.worlds import world as generate

    if folder.exists() and any(folder.iterdir()):
        message = f"{folder} is not empty; name a new folder."
        raise click.UsageError(message)
    write_world(generate(sized_recipe(size), seed=seed), folder)
    click.echo(f"A stylised dataset (invented data) is in {folder}; its truth in truth.csv.")


@cli.command()
@click.argument(
    "folder",
    metavar="[DIR]",
    default=Path("data/processed"),
    type=click.Path(path_type=Path, file_okay=False),
)
@click.option(
    "--to", required=True, help="Form of the tables: csv, xlsx, or the address of a database."
)
@click.option("--schema", help="Schema of the database that gets the tables.  [default: jiqun]")
def export(folder: Path, to: str, schema: str | None) -> None:
    r"""Write the published tables of the results folder DIR in another form.

    CSV and Excel go into DIR/export. In a PostgreSQL database with PostGIS every table, and every
    layer of the map, becomes a table of the schema; those of an earlier export are replaced, all
    at once. A password is better kept in PGPASSWORD or ~/.pgpass than in the address.

    \b
    Examples:
      jiqun export my-results --to csv
      jiqun export my-results --to xlsx
      jiqun export my-results --to postgresql://user@host/database
    """
    from pipelines.commands.database import is_address
    from pipelines.commands.export import assert_no_schema, export_results

    with _in_language_of_results(folder):
        if is_address(to):
            from pipelines.commands.database import export_to_database

            where = export_to_database(folder, to, "jiqun" if schema is None else schema)
        else:
            assert_no_schema(schema)
            where = str(export_results(folder, to))
    click.echo(f"The tables are in {where}.")


@cli.command()
@click.argument("region")
@click.argument("industry")
@click.option("--year", type=int, help="Year; the latest where not given.")
@_LANGUAGE
@_OUT
def explain(region: str, industry: str, year: int | None, lang: str, out: Path) -> None:
    r"""The evidence behind the verdict on INDUSTRY in REGION (ids or names).

    Prints the class and how firmly it stands, the reason, the three tests with what was measured,
    the floors and what chance would give, the classes over the years, and the core firms.

    \b
    Examples:
      jiqun explain R048 C38
      jiqun explain Shenwan Batteries --year 2021
      jiqun explain R010 C24 --lang zh-Hant
    """
    from pipelines.commands.explain.explain import print_explanation

    print_explanation(out, region, industry, year=year, language=Language(lang))


@cli.command()
@click.argument("region")
@click.argument("industry")
@click.option("--year", type=int, help="Year; the latest where not given.")
@_LANGUAGE
@_OUT
def gaps(region: str, industry: str, year: int | None, lang: str, out: Path) -> None:
    r"""What is missing before INDUSTRY in REGION (ids or names) is a cluster, nearest first.

    Prints what each of the three questions still asks for and how far it is, the institutions and
    inputs that are missing with who could fill them, and the local ties that ended. Of a cluster,
    what it would have to lose.

    \b
    Examples:
      jiqun gaps R010 C24
      jiqun gaps Shenwan Batteries --year 2021
      jiqun gaps R004 C39 --lang zh-Hans
    """
    from pipelines.commands.gaps.gaps import print_gaps

    print_gaps(out, region, industry, year=year, language=Language(lang))


@cli.command()
@_RAW
@_OUT
@click.option("--years", help="First and last year, such as 2019-2023; all where not given.")
def sensitivity(raw: Path, out: Path, years: str | None) -> None:
    r"""How often each verdict on RAW stands when others had chosen otherwise.

    Thresholds move to their neighbours, industries are taken one level up, regions as their
    parents, ties as local within 20 and 40 km. Writes sensitivity.parquet.

    \b
    Examples:
      jiqun sensitivity
      jiqun sensitivity my-data --out my-results
    """
    from pipelines.commands.sensitivity import print_sensitivity, sensitivity_of

    with _in_language_of(raw):
        result, stands, language = sensitivity_of(raw, out, years=_years(years))
    print_sensitivity(result, stands, language, out)


@contextmanager
def _in_language_of(raw: Path) -> Iterator[None]:
    """Errors about a dataset in its language, wherever they are found."""
    from geo.dataset.files.settings_file import language_of

    try:
        yield
    except GeoError as error:
        error.language = language_of(raw)
        raise


@contextmanager
def _in_language_of_results(out: Path) -> Iterator[None]:
    """Errors about results in the language that they were made in."""
    from pipelines.results import language_of_results

    try:
        yield
    except GeoError as error:
        error.language = language_of_results(out)
        raise


def _years(text: str | None) -> tuple[int, int] | None:
    from geo.settings import years_from_text

    if text is None:
        return None
    try:
        return years_from_text(text)
    except GeoError as error:
        told = error.sentence.in_language(language_of_call())
        raise click.BadParameter(told, param_hint="--years") from error


for _command in (cli, *cli.commands.values()):
    # Click keeps the lines of examples as they are after a backspace, which raw text cannot hold.
    _command.help = (_command.help or "").replace(r"\b", "\b")


if __name__ == "__main__":
    main()
