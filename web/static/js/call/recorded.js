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
  if (isRecorded(call)) return html`<span class="live-text">${_("This call is being recorded.")}</span> ${answerView(call)}`;
  const why = whyStopped(call);
  if (!why) return nothing;
  const goesOn = call.moderates && call.room.stopped?.why !== "ended";
  return html`${why} ${goesOn ? html`<button type="button" class="link-button" data-does="record-again" @click=${() => recordAgain(call)}>${_("Record again")}</button> ` : nothing}`;
}

/** Who has answered can think again; who only watches has nothing to agree to. @param {Call} call */
function answerView(call) {
  const { agrees, may } = call.room;
  if (!may?.publish.length) return nothing;
  const words = agrees === null ? _("Do you agree?") : agrees ? _("You agreed.") : _("You did not agree: you are not in it.");
  return html`<a class="link" href=${recordingsOf(call)}>${words}</a> `;
}

/** Before one comes in. @param {boolean} sends  whether one may be heard or seen there */
export function recordedAtDoor(sends) {
  return html`<p role="status"><strong class="live-text">${_("This call is being recorded.")}</strong>
    ${sends ? _("Once you are in you are asked whether you agree. Unless you do, neither your sound nor your picture is kept.") : nothing}</p>`;
}

/** What one answers on the page of the recordings, in any tab. @param {Call} call @param {AbortSignal} signal */
export function hearAnswers({ live, place, room }, signal) {
  live.signals?.addEventListener("recording.answer", (event) => {
    const { call, agrees } = /** @type {CustomEvent} */ (event).detail;
    if (call === place.topic) room.answered(agrees);
  }, { signal });
}

/** Everybody is asked anew: it is another recording. @param {Call} call */
async function recordAgain(call) {
  const done = await fetch(recordingsOf(call), { method: "POST" }).then(({ ok }) => ok, () => false);
  if (!done) toast(_("That was not possible just now. Try again in a moment."), { error: true });
}
