# SPDX-License-Identifier: AGPL-3.0-or-later
"""The security headers of every response, errors and files included."""

from flask import Flask, Response, request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
# same-origin, not no-referrer: Flask-WTF checks the Referer of POSTs over https.
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
HSTS = "max-age=31536000; includeSubDomains"


def set_headers(app: Flask, *, https: bool) -> None:
    """Register the headers; pages of persons are never stored by a browser or a proxy."""

    @app.after_request
    def add(response: Response) -> Response:
        response.headers.update(ALWAYS)
        if https:
            response.headers["Strict-Transport-Security"] = HSTS
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response
