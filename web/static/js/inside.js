/**
 * What only people who are signed in need, on every page: the live line, calls, and the islands. A page that Turbo brings
 * adds this once; it lives on like the entry of every page, also where they sign out.
 */

import "fairmatch/call/start";
import "fairmatch/chat/start";
import "fairmatch/kit/home-screen";
import "fairmatch/live/start";
import "fairmatch/meetings/start";
