"""fairmatch timetable ...: a timetable from files, without a server."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from matching.plans.model import Problem

# A file above this is no timetable problem; the largest event allowed is a tenth of it, in bytes.
_LARGEST = 200_000_000


def timetable(
    file: Annotated[Path, typer.Argument(help="A .dzn or .json file, or a folder of CSV files.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    seconds: Annotated[
        float, typer.Option(min=0.1, max=86_400, help="Stop after so long, with the best so far.")
    ] = 60.0,
    workers: Annotated[int | None, typer.Option(min=1, max=256, help="Processes; as many as cores.")] = None,
    gap: Annotated[float, typer.Option(min=0, max=1, help="Stop within this share of the bound.")] = 0.001,
    fairness: Annotated[
        int | None, typer.Option(min=0, max=200, help="By how many breaks two may differ (.dzn, --every).")
    ] = None,
    every: Annotated[
        bool, typer.Option("--every", help="Hold every must and pin, with the fewest breaks (.json, CSV).")
    ] = False,
    start: Annotated[Path | None, typer.Option(help="Go on from this .json timetable.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the meetings to this .csv or .json file.")] = None,
) -> None:
    """Who meets when: the best timetable for the wishes in a file, and how far it can be from the best possible."""
    from matching.refusal import BadInputError
    from matching.running import CrashedError

    job = {"seconds": seconds, "workers": workers or len(os.sched_getaffinity(0)), "gap": gap, "fairness": fairness}
    try:
        problem = _read(file, job, start, every)
        result = _follow(job, quiet=as_json)
        if out is not None:
            _write(out, problem, result)
    except (BadInputError, CrashedError) as reason:
        _refuse(str(reason), 2 if isinstance(reason, BadInputError) else 1)
    typer.echo(json.dumps(result, ensure_ascii=False) if as_json else _sentences(result))


def _refuse(reason: str, code: int) -> NoReturn:
    typer.echo(reason, err=True)
    raise typer.Exit(code)


def _read(file: Path, job: dict[str, Any], start: Path | None, every: bool) -> "Problem | None":
    """Fill in the job from the file; the problem where it is one of wishes. Mistakes are said before work begins."""
    from matching.plans.forms import as_json, read_problem, read_timetable
    from matching.refusal import BadInputError

    if file.suffix.lower() == ".dzn":
        from matching.gaps.dzn import read_dzn

        job |= {"kind": "gaps", "dzn": _text(file)}
        read_dzn(job["dzn"], job["fairness"])
        return None
    if file.is_dir():
        from matching.plans.tables import read_folder

        problem = read_folder(file)
    else:
        problem = read_problem(_json(file))
    job |= {"kind": "agreed" if every else "plan", "problem": as_json(problem)}
    if start is not None and every:
        raise BadInputError("A search for the fewest breaks always begins anew: leave out --start.")
    if start is not None:
        job["start"] = as_json(read_timetable(_meetings_in(_json(start))))
    return problem


def _meetings_in(data: object) -> object:
    """A timetable may come as the command itself printed it."""
    return data["assignment"] if isinstance(data, dict) and "assignment" in data else data


def _json(file: Path) -> object:
    from matching.refusal import BadInputError

    text = _text(file)  # which has sentences of its own
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadInputError(f"{file.name} is no JSON file.") from None


def _text(file: Path) -> str:
    from matching.refusal import BadInputError

    try:
        if file.stat().st_size > _LARGEST:
            raise BadInputError(f"{file.name} is larger than {_LARGEST // 1_000_000} MB.")
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadInputError(f"{file.name} is no text in UTF-8.") from None
    except OSError as error:
        raise BadInputError(f"{file.name} cannot be read: {error.strerror}.") from None


def _follow(job: dict[str, Any], quiet: bool) -> dict[str, Any]:
    from matching.running import follow

    result: dict[str, Any] = {}
    for line in follow(job):
        result = line
        if not quiet:
            typer.echo(f"\r{_standing(line)}".ljust(78), nl=False, err=True)
    if not quiet:
        typer.echo(err=True)
    result.pop("final")
    return result


def _standing(line: dict[str, Any]) -> str:
    found = "nothing yet" if line["objective"] is None else f"{line['objective']:g}"
    bound = "" if line["bound"] is None else f", proven bound {line['bound']:g}"
    near = f", within {line['distance']:.2%}" if line.get("distance") is not None else ""
    return f"{line['seconds']:7.1f} s  {line['status']}: {found}{bound}{near}"


def _sentences(result: dict[str, Any]) -> str:
    return "\n".join([_standing(result).strip(), *(f"  {reason}" for reason in result.get("reasons", ()))])


def _write(out: Path, problem: "Problem | None", result: dict[str, Any]) -> None:
    from matching.refusal import BadInputError

    try:
        out.write_text(_written(out, problem, result), encoding="utf-8", newline="")
    except OSError as error:
        raise BadInputError(f"{out} cannot be written: {error.strerror}.") from None


def _written(out: Path, problem: "Problem | None", result: dict[str, Any]) -> str:
    if out.suffix.lower() != ".csv":
        return json.dumps(result, ensure_ascii=False, indent=1) + "\n"
    from matching.plans.tables import agreed_csv, meetings_csv

    if problem is None:
        return agreed_csv(result["assignment"] or [])
    from matching.plans.forms import read_timetable

    return meetings_csv(problem, read_timetable(result["assignment"] or {"meetings": []}))
