/** What one is told of one's own camera, microphone and screen in a call: for as long as it is so. */

import { _ } from "fairmatch/i18n";
import { lost, reason } from "fairmatch/call/devices";
import { ANOTHER } from "fairmatch/call/media";
import { toast } from "fairmatch/kit/toast";

/** @typedef {import("./call.js").Call} Call @typedef {import("./media.js").Source} Source */

/** Who loses a camera or microphone in the middle of a call reads that, and can go on with another one. @param {Call} call */
export function sayLost(call) {
  call.media.addEventListener("lost", (event) => {
    const source = /** @type {CustomEvent} */ (event).detail;
    if (!call.isOver) offerAnother(call, source);
  });
}

/** @param {Call} call @param {import("./devices.js").Kind | "camera_2"} source */
function offerAnother(call, source) {
  if (source === "camera_2") return untilOn(call, source, toast(lost("camera"), { error: true }));
  const turnOn = () => call.media.isOn(source) || void call.toggle(source);
  untilOn(call, source, toast(lost(source), { error: true, action: _("Turn on"), run: turnOn }));
}

/** Why something does not open. @param {Call} call @param {unknown} error @param {Source} source */
export function sayWhyNot(call, error, source) {
  untilOn(call, source, toast(reason(error, ANOTHER[source] ?? source), { error: true }));
}

/** Take a line back once what it is about is on, or the call over. @param {Call} call @param {Source} source @param {() => void} takeBack */
function untilOn(call, source, takeBack) {
  const settled = new AbortController();
  const { signal } = settled;
  const settle = () => (settled.abort(), takeBack());
  call.media.addEventListener("change", () => call.media.isOn(source) && settle(), { signal });
  call.addEventListener("over", settle, { signal });
}
