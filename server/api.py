"""What programs may ask, of all features: one description, one reference. Who may is in `server.access_api`."""

import booths.api
import booths.api_desk
import directory.api.routes

operations = (*directory.api.routes.operations, *booths.api.operations, *booths.api_desk.operations)
routes = directory.api.routes.routes_of(operations)
