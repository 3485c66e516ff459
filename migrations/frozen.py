# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table that says that a database came back from a copy, and waits.

It stands before the copy's own rows come: a worker that runs meanwhile finds it with them. No
copy holds it, so it is made wherever it is missing.
"""

TABLE = "frozen"


def create_frozen() -> str:
    """One row, or none: nothing waits."""
    return """
        CREATE TABLE IF NOT EXISTS public.frozen (
            alone boolean DEFAULT true NOT NULL,
            at timestamp with time zone DEFAULT now() NOT NULL,
            copied_at timestamp with time zone,
            CONSTRAINT pk_frozen PRIMARY KEY (alone),
            CONSTRAINT ck_frozen_alone CHECK (alone)
        );
        GRANT SELECT, DELETE ON public.frozen TO portal_app;
        GRANT SELECT ON public.frozen TO portal_network
    """
