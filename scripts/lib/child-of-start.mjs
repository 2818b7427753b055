// Loaded into the server by `npm start`, so that a killed `npm start` leaves no server behind.

import { endWithParent } from './end-with-parent.mjs'

endWithParent()
