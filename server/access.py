"""Who may do what: one table. A route or a live method without a row keeps the server from starting.

A WebSocket's method is written WS; HEAD goes by GET's row.
"""

from server.kernel.access import Access

ROUTES: dict[tuple[str, str], Access] = {
    ("GET", "/healthz"): Access.PUBLIC,
    ("GET", "/readyz"): Access.PUBLIC,
    ("GET", "/metrics"): Access.PUBLIC,  # answers this machine only, or the bearer of the metrics token
    ("POST", "/csp-report"): Access.PUBLIC,
    # Pages that belong to no feature
    ("GET", "/assets/{hash}/{path:path}"): Access.PUBLIC,
    ("POST", "/language"): Access.PUBLIC,
    ("POST", "/theme"): Access.PUBLIC,
    ("GET", "/dev/kit"): Access.DEV,
}

LIVE_METHODS: dict[str, Access] = {}

# Bytes of a body, for the routes that take more than server.kernel.body.DEFAULT_MAX_BODY.
BODY_LIMITS: dict[tuple[str, str], int] = {
    ("POST", "/csp-report"): 16 * 1024,
}
