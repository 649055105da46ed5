/** Calls on every page: the small window, and being rung. */

import "fairmatch/call/dock";
import "fairmatch/call/ringing";
