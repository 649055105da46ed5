/** What one reads in a call of its being recorded: that it is, or that it has ended, and why. Templates for Lit. */

import { html, nothing } from "lit";
import { _ } from "fairmatch/i18n";
import { toast } from "fairmatch/kit/toast";

/** @typedef {import("./call.js").Call} Call */

/** How long it is said that a recording has ended: as somebody wished, and otherwise; in ms. */
const ENDED_MS = 8_000;
const STOPPED_MS = 60_000;

/** The page of a call's recordings. @param {Call} call */
export function recordingsOf({ place: { topic } }) {
  return `/calls/${topic.slice("call:".length)}/recordings`;
}

/** Whether it is recorded. While neither texts nor the call get through nobody knows. @param {Call} call */
export function isRecorded({ room, isIn, live }) {
  return room.recording && (isIn || live.line.state === "live");
}

/** Why the recording has ended, for a while; "" else. A moderator reads it until they have decided what to do.
 * @param {Call} call @param {number} [now] */
export function whyStopped(call, now = Date.now()) {
  const { stopped, recording } = call.room;
  if (!stopped || recording || !call.isIn) return "";
  const { why, heardAt } = stopped;
  if (now - heardAt > (why === "ended" ? ENDED_MS : call.moderates ? Infinity : STOPPED_MS)) return "";
  if (why === "lost") return _("The recording has ended: the server was interrupted. What was recorded until then is kept.");
  if (why === "failed") return _("The recording has ended: it could not be written any more. What was recorded until then is kept.");
  return why === "empty" ? _("The recording has ended, as nobody was in the call any more. What was recorded is kept.") : _("The recording has ended.");
}

/** @param {Call} call */
export function recordingView(call) {
  if (isRecorded(call)) return html`<span class="live-text">${_("This call is being recorded.")}</span> <a class="link" href=${recordingsOf(call)}>${_("Do you agree?")}</a> `;
  const why = whyStopped(call);
  if (!why) return nothing;
  const goesOn = call.moderates && call.room.stopped?.why !== "ended";
  return html`${why} ${goesOn ? html`<button type="button" class="link-button" data-does="record-again" @click=${() => recordAgain(call)}>${_("Record again")}</button> ` : nothing}`;
}

/** Everybody is asked anew: it is another recording. @param {Call} call */
async function recordAgain(call) {
  const done = await fetch(recordingsOf(call), { method: "POST" }).then(({ ok }) => ok, () => false);
  if (!done) toast(_("That was not possible just now. Try again in a moment."), { error: true });
}
