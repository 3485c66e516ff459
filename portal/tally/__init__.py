# SPDX-License-Identifier: AGPL-3.0-or-later
"""The crowded day: nine keys, one press an enquiry, and the paper sheet of the evening."""
