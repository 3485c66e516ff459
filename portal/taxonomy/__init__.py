# SPDX-License-Identifier: AGPL-3.0-or-later
"""The provincial list of topics: versions with dates, labels, groups and the crosswalk."""
