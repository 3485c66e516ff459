# SPDX-License-Identifier: AGPL-3.0-or-later
"""The facts that a form carries come back as they were sent, or not at all."""

from dataclasses import dataclass
from uuid import uuid4

from flask import Flask
from itsdangerous import URLSafeSerializer

from portal.core.web.edit_conflicts import seal, unseal


@dataclass(frozen=True)
class Facts:
    note: str = ""


def test_only_what_we_sealed_about_this_record_is_read(shared_app: Flask) -> None:
    one, other = uuid4(), uuid4()
    with shared_app.app_context():
        sealed = seal(Facts("Torna."), one)
        assert unseal(sealed, one) == {"note": "Torna."}
        assert unseal(sealed, other) is None
        forged = URLSafeSerializer("another key", salt=f"before {one}").dumps({"note": "Mai."})
        assert unseal(str(forged), one) is None
        assert unseal(None, one) is None
        weak = URLSafeSerializer(str(shared_app.secret_key), salt=f"before {one}")
        assert unseal(str(weak.dumps({"note": "Mai."})), one) is None, "SHA-1, its usual hash"
