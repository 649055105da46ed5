"""What programs may ask, of all features: one description, one reference. Who may is in `server.access_api`."""

import booths.api
import booths.api_desk
import booths.api_rooms
import directory.api.routes

# What can be done at one path stands together, as in the description.
_of_fairs = sorted(
    (*booths.api.operations, *booths.api_desk.operations, *booths.api_rooms.operations), key=lambda one: one.whole_path
)
operations = (*directory.api.routes.operations, *_of_fairs)
routes = directory.api.routes.routes_of(operations)
