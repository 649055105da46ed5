/** The islands of conversations, for every page: they wake up where their elements are. */

import "fairmatch/chat/badges";
import "fairmatch/chat/fm-chat";
import "fairmatch/chat/fm-connection";
import "fairmatch/chat/fm-presence";
import "fairmatch/chat/inbox";
