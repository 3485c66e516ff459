# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes on without anybody waiting: jobs, letters, logs."""
