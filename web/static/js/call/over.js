/** Why a call is over that one has not left, as one reads it. */

import { _ } from "fairmatch/i18n";
import { toast } from "fairmatch/kit/toast";

/** @param {string} code  "moved" and "removed" are said at the call's door, or by whoever holds the call
 * @param {boolean} isClosing  its time is over */
export function sayOver(code, isClosing) {
  if (isClosing) toast(_("The time is over, and the room is closed."));
  else if (code !== "moved" && code !== "removed") toast(words(code), { error: true });
}

/** @param {string} code */
function words(code) {
  return code === "forbidden" || code === "not_found" ? _("You are not in this call any more.") : _("The call could not be reached. Try again in a moment.");
}
