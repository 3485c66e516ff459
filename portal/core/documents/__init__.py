# SPDX-License-Identifier: AGPL-3.0-or-later
"""A document before it has a form, and each form that it takes."""
