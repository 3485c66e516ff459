# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which jobs there are, by the names that their rows have."""

from enum import StrEnum


class JobName(StrEnum):
    """Every job that there is; what each does is said in worker/run.py."""

    OPEN_EDITION = "open_edition"
    BUILD_EDITION = "build_edition"
    PUBLISH = "publish"
    OPEN_COMPARISON = "open_comparison"
    BUILD_COMPARISON = "build_comparison"
    DELIVER = "deliver"
    DELIVER_NOTICE = "deliver_notice"
    DELIVER_ACCOUNT = "deliver_account"
    DELIVER_WARNING = "deliver_warning"
    END_MEMBERSHIPS = "end_memberships"
    SWEEP_DRAFTS = "sweep_drafts"


SENDING = (
    JobName.DELIVER,
    JobName.DELIVER_NOTICE,
    JobName.DELIVER_ACCOUNT,
    JobName.DELIVER_WARNING,
)
"""Those that send a letter: a restored copy goes on with none of them."""
