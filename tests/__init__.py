# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tests on real parts: PostgreSQL, a Redis-protocol server, an SMTP sink, Chromium."""
