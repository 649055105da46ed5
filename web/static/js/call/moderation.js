/** What a moderator can do with others in a call, on their tiles, and how those learn of it. Templates for Lit. */

import { html, nothing } from "lit";
import { _ } from "fairmatch/i18n";
import { ANOTHER } from "fairmatch/call/media";
import { icon } from "fairmatch/kit/icon";
import { toast } from "fairmatch/kit/toast";

/**
 * @typedef {import("./call.js").Call} Call
 * @typedef {import("./call.js").Other} Other
 * @typedef {import("./media.js").Source} Source
 * @typedef {"microphone" | "camera" | "screen"} Part  what is muted as one
 */

/** A moderator's word for a camera or a screen holds for the second one as well. @type {Record<Part, Source[]>} */
const SOURCES = { microphone: ["microphone"], camera: ["camera"], screen: ["screen", "screen_sound"] };

/** On the tile of somebody's camera what holds for all of them; on one of another picture, how to end that.
 * @param {Call} call @param {Other} other @param {Source} source
 * @param {typeof sayOut} [isOut]  what follows once they are out; else it is said at the foot of the page */
export function moderation(call, other, source, isOut = sayOut) {
  const { name } = call.card(other.person);
  const remove = _("Remove %(name)s from the call", { name });
  const ends = html`<button type="button" class="button button-plain button-icon" title=${remove} aria-label=${remove} data-remove @click=${() => putOut(call, other, isOut)}>${icon("user-x")}</button>`;
  const parts = /** @type {Part[]} */ (source === "camera" ? ["microphone", "camera", "screen"] : [ANOTHER[source] ?? source]);
  return html`<div class="call-moderation">${parts.map((part) => muting(call, other, part, source))}${source === "camera" ? ends : nothing}</div>`;
}

/** @param {Call} call @param {Other} other @param {Part} part @param {Source} shown  whose tile it stands on */
function muting(call, other, part, shown) {
  const isMuted = other.silenced.includes(part);
  // Screens are ended where they are shown.
  const isSent = part === "microphone" ? !other.muted : part === "camera" ? Boolean(other.tracks[shown]) : shown !== "camera";
  if (!isMuted && !isSent) return nothing;
  const label = isMuted ? wordsToFree(part, call.card(other.person).name) : wordsToMute(part, call.card(other.person).name);
  return html`<button type="button" class="button button-plain button-icon" title=${label} aria-label=${label} data-mutes=${part}
    @click=${() => mute(call, other, part, !isMuted)}>${sign(part, isMuted)}</button>`;
}

/** @param {Part} part @param {string} name */
function wordsToMute(part, name) {
  if (part === "microphone") return _("Mute %(name)s", { name });
  return part === "camera" ? _("Turn %(name)s's camera off", { name }) : _("Stop %(name)s's sharing", { name });
}

/** @param {Part} part @param {string} name */
function wordsToFree(part, name) {
  if (part === "microphone") return _("Let %(name)s speak again", { name });
  return part === "camera" ? _("Let %(name)s turn the camera on again", { name }) : _("Let %(name)s share again", { name });
}

/** @param {Part} part @param {boolean} isMuted */
function sign(part, isMuted) {
  if (part === "microphone") return isMuted ? icon("mic") : icon("mic-off");
  if (part === "camera") return isMuted ? icon("video") : icon("video-off");
  return isMuted ? icon("screen-share") : icon("screen-share-off");
}

/** For everybody, until a moderator undoes it. @param {Call} call @param {Other} other @param {Part} part @param {boolean} muted */
function mute(call, other, part, muted) {
  return moderate(call, "call.mute", { participant: other.id, sources: SOURCES[part], muted });
}

/** Once somebody is out the others move up, and the second press of a double click would put the next one out. In ms. */
const ONE_AT_A_TIME_MS = 1_000;
let putOutAt = -Infinity;

/** @param {Call} call @param {Other} other @param {typeof sayOut} isOut */
async function putOut(call, { person }, isOut) {
  if (performance.now() - putOutAt < ONE_AT_A_TIME_MS) return;
  putOutAt = performance.now();
  const { name } = call.card(person);
  if (await moderate(call, "call.remove", { person })) isOut(name, () => moderate(call, "call.readmit", { person }));
  else putOutAt = -Infinity; // nobody has moved
}

/** @param {string} name @param {() => Promise<boolean>} readmit */
function sayOut(name, readmit) {
  toast(_("%(name)s is out of the call, and cannot come back in.", { name }), { action: _("Let them in again"), run: () => void readmit() });
}

/** @param {Call} call @param {string} method @param {object} params */
async function moderate({ live, place }, method, params) {
  const done = await live.line.request(method, { call: place.topic, ...params }).catch(() => null);
  if (!done) toast(_("That was not possible just now. Try again in a moment."), { error: true });
  return Boolean(done);
}

/** Tell whoever was muted. @param {Source} source */
export function saySilenced(source) {
  const words = { microphone: _("A moderator has muted your microphone."), camera: _("A moderator has turned your camera off."), screen: _("A moderator has ended your sharing.") };
  const part = ANOTHER[source] ?? source;
  if (part in words) toast(words[/** @type {Part} */ (part)], { error: true });
}

/** Tell whoever may again. @param {Source[]} sources */
export function sayFreed(sources) {
  if (sources.includes("microphone")) toast(_("You may speak again: your microphone is yours to switch on."));
  if (sources.includes("camera")) toast(_("You may turn your camera on again."));
  if (sources.includes("screen")) toast(_("You may share your screen again."));
}
