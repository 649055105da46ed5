/** Conversations on every page: what is unread; and their islands, which wake up where their elements are. */

import "fairmatch/chat/badges";
import "fairmatch/chat/inbox";
import { sends } from "fairmatch/chat/enter";
import { island } from "fairmatch/kit/later";
import { on } from "fairmatch/kit/page";

island("fm-chat", () => import("fairmatch/chat/fm-chat"));
island("fm-connection", () => import("fairmatch/chat/fm-connection"));
island("fm-presence", () => import("fairmatch/chat/fm-presence"));

// A conversation that is not awake yet sends by its form, as it does without scripts: then Enter does so as well.
on("keydown", "fm-chat:not(:defined) textarea", (place, event) => {
  if (!sends(event)) return;
  event.preventDefault();
  const field = /** @type {HTMLTextAreaElement} */ (place);
  if (field.value.trim()) field.form?.requestSubmit();
});
