"""fairmatch push ...: what an operator needs for push notices."""

import typer

push = typer.Typer(no_args_is_help=True, help="Push notices: make the key that they are signed with.")


@push.callback()
def group() -> None:
    """Push notices: make the key that they are signed with."""


@push.command("keys")
def keys() -> None:
    """Make a key and print the line for the settings; it is kept nowhere."""
    from notices.keys import new_key

    made = new_key()
    typer.echo("# Private: whoever has it can sign as this server. With another key, people switch notices on anew.")
    typer.echo(f"FAIRMATCH_PUSH_KEY={made.private}")
    typer.echo(f"# Public, as browsers get it: {made.public}")
