"""The command line `duebook`: every command has --help, and --json where a script would read it. One module per group of commands."""

import typer

from duebook.cli import batches, companies, doctor, keys, reviewing, serving, working
from duebook.demo.command import demo

main = typer.Typer(no_args_is_help=True, add_completion=False, help="duebook: the book of what is due.", pretty_exceptions_enable=False)
for command in (serving.serve, working.work, serving.migrate, serving.version, reviewing.review, doctor.doctor, demo):
    main.command()(command)
main.add_typer(companies.commands, name="tenant")
main.add_typer(keys.commands, name="key")
main.add_typer(batches.commands, name="batches")
