# SPDX-License-Identifier: AGPL-3.0-or-later
"""The workers: they look at jobs and do them. Stands above the portal, which never imports it."""
