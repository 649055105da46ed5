/** Who loses a camera or microphone in the middle of a call reads that, and can go on with another one. */

import { _ } from "fairmatch/i18n";
import { lost } from "fairmatch/call/devices";
import { toast } from "fairmatch/kit/toast";

/** @param {import("./call.js").Call} call */
export function sayLost(call) {
  call.media.addEventListener("lost", (event) => {
    const source = /** @type {CustomEvent} */ (event).detail;
    if (!call.isOver) offerAnother(call, source);
  });
}

/** The line goes once it is on again. @param {import("./call.js").Call} call @param {import("./devices.js").Kind | "camera_2"} source */
function offerAnother(call, source) {
  const { media } = call;
  if (source === "camera_2") return void toast(lost("camera"), { error: true });
  const takeBack = toast(lost(source), { error: true, action: _("Turn it on again"), run: () => media.isOn(source) || void call.toggle(source) });
  const look = () => {
    if (!media.isOn(source)) return;
    media.removeEventListener("change", look);
    takeBack();
  };
  media.addEventListener("change", look);
}
