# SPDX-License-Identifier: AGPL-3.0-or-later
"""How each of our two programs starts: with every address, and to end with whoever started it."""

import ctypes
import signal
import sys

from config.settings import Settings, SettingsError, load_settings
from worker import logs

__all__ = ["complete_settings", "end_with_supervisor", "logs"]


def complete_settings() -> Settings:
    """The settings, refused where an address is missing: only `portal run` starts servers."""
    try:
        settings = load_settings(serving=True)
    except SettingsError as wrong:
        raise SystemExit(str(wrong)) from None
    if settings.embeds_database or settings.embeds_redis:
        raise SystemExit(
            "Servono DATABASE_URL e REDIS_URL: con i server incorporati lavoratori e orologio"
            " li avvia «portal run»."
        )
    return settings


def end_with_supervisor() -> None:
    """Stop with the process that started us, even when it is killed."""
    if sys.platform == "linux":
        parent_death_signal = 1
        ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGTERM)
