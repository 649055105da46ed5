/** Whether this browser can take part in calls at all. Some are built without WebRTC, and it can be switched off, as an
 * iPhone's Lockdown Mode does. */

import { _ } from "fairmatch/i18n";

export function canCall() {
  return "RTCPeerConnection" in globalThis;
}

/** What to tell whoever stands before a call that their browser cannot take part in. */
export function whyNoCalls() {
  return _("This browser cannot take part in calls, since it has no WebRTC or has it switched off; everything else works here, writing too.");
}
