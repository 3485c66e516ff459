# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was mistyped on the command line, as one Italian sentence that says where to look."""

import click


def sentence_of(wrong: click.UsageError) -> str:
    """«Manca --period. «portal report --help» spiega come.»"""
    path = wrong.ctx.command_path if wrong.ctx else "portal"
    return f"{_what(wrong)} «{path} --help» spiega come."


def _what(wrong: click.UsageError) -> str:
    if isinstance(wrong, click.MissingParameter):
        return f"Manca {_named(wrong)}."
    if isinstance(wrong, click.BadParameter):
        return f"{_named(wrong)}: il valore non va."
    if isinstance(wrong, click.NoSuchOption):
        return f"L’opzione {wrong.option_name} non esiste."
    if isinstance(wrong, click.BadOptionUsage):
        return f"L’opzione {wrong.option_name} non si usa così."
    if isinstance(wrong, click.exceptions.NoSuchCommand):
        return f"Il comando «{wrong.command_name}» non esiste."
    return "Il comando non si capisce."


def _named(wrong: click.BadParameter) -> str:
    if wrong.param is None:
        return "un valore"
    if isinstance(wrong.param, click.Option):
        return wrong.param.opts[0]
    return wrong.param.human_readable_name.upper()
