/** Conversations on every page: what is unread; and their islands, which wake up where their elements are. */

import "fairmatch/chat/badges";
import "fairmatch/chat/inbox";
import { island } from "fairmatch/kit/later";

island("fm-chat", () => import("fairmatch/chat/fm-chat"));
island("fm-connection", () => import("fairmatch/chat/fm-connection"));
island("fm-presence", () => import("fairmatch/chat/fm-presence"));
