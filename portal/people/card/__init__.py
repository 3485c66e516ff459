# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person as pages say it, and as a code, a telephone or a language list says it. Pure."""
