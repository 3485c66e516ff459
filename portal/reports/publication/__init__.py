# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of an approved edition leaves the desk: for its network, for anybody."""
