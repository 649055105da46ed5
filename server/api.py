"""What programs may ask, of all features: one description, one reference. Who may is in `server.access_api`."""

import booths.api
import directory.api.routes

operations = (*directory.api.routes.operations, *booths.api.operations)
routes = directory.api.routes.routes_of(operations)
