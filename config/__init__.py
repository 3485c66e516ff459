# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings, reference data and deployment: the only package that reads the environment."""
