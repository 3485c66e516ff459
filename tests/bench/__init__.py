# SPDX-License-Identifier: AGPL-3.0-or-later
"""How fast is the desk? Measured against the least that could do the same work, in the same run.

`python -m tests.bench M` prints each figure beside its limit (docs/prestazioni.md says how to
read them); nothing here is asserted by the ordinary tests but what the generator writes.
"""
