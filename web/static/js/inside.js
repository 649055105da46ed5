/**
 * What only people who are signed in need, on every page: the islands. A page that Turbo brings adds this once.
 */

import "fairmatch/call/start";
import "fairmatch/chat/start";
import "fairmatch/meetings/start";
