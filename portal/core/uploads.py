# SPDX-License-Identifier: AGPL-3.0-or-later
"""How large a file may be that somebody gives to the portal, and the form that carries it."""

MEGABYTE = 1024 * 1024
LARGEST_FILE_MB = 10
LARGEST_FILE = LARGEST_FILE_MB * MEGABYTE
# What the form carries beside its file: the other fields, and what separates them.
LARGEST_FORM = LARGEST_FILE + 2 * MEGABYTE
LARGEST_TEMPLATE_MB = 2
LARGEST_TEMPLATE = LARGEST_TEMPLATE_MB * MEGABYTE
