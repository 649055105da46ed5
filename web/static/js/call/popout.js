import { html, nothing, render } from "lit";
import { _ } from "fairmatch/i18n";
import { whatBecame } from "fairmatch/call/alone";
import { byKey, leaveButton, partButton } from "fairmatch/call/bar";
import { calls, current } from "fairmatch/call/current";
import { answerKeys } from "fairmatch/call/media-keys";
import { playing, streamOf } from "fairmatch/call/playing";
import { isRecorded, whyStopped } from "fairmatch/call/recorded";
import { shownOf } from "fairmatch/call/tiles";
import { avatar } from "fairmatch/kit/avatar";
import { icon } from "fairmatch/kit/icon";
import { toast } from "fairmatch/kit/toast";

/**
 * The call in a small window above all others, for whoever works in another program meanwhile: who speaks, one's
 * microphone and camera, and the way out. Browsers that have no windows for documents (Document Picture-in-Picture)
 * show the picture alone, with their own buttons for the rest; the others get no button.
 *
 * @typedef {import("./call.js").Call} Call
 */

const SIZE = { width: 380, height: 320 };
/** What the browser's own small window may ask for, beside the picture. @type {[string, (call: Call) => void][]} */
const ACTIONS = [
  ["togglemicrophone", (call) => void call.toggle("microphone")],
  ["togglecamera", (call) => void call.toggle("camera")],
  ["hangup", (call) => call.end()],
];

/** Keys of a call that do something in the small window: the others open something on the page behind it. */
const KEYS = new Set(["m", "v", "h", "p"]);

/** @type {Window | null} */
let out = null;
/** The picture alone. @type {HTMLVideoElement | null} */
let alone = null;
let leaveKeys = () => {};

/** Whether this browser has any kind of small window. */
export const canPopOut = () => hasWindows() || hasPictures();
const hasWindows = () => "documentPictureInPicture" in window;
const hasPictures = () => document.pictureInPictureEnabled === true;

export const isOut = () => Boolean(out) || Boolean(alone && document.pictureInPictureElement === alone);

/** Open the small window, or close it. Must follow a press: browsers open none by themselves. */
export async function togglePopOut() {
  const call = current();
  if (!call || !canPopOut()) return;
  if (isOut()) return void close();
  await (hasWindows() ? openWindow() : openPicture(call)).catch(() =>
    toast(_("The browser does not open a small window just now."), { error: true }));
  tell();
}

async function openWindow() {
  const opened = await /** @type {any} */ (window).documentPictureInPicture.requestWindow(SIZE);
  out = opened;
  dress(opened.document);
  opened.document.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => KEYS.has(event.key.toLowerCase()) && byKey(event, current()));
  opened.addEventListener("pagehide", () => {
    if (out === opened) out = null;
    render(nothing, opened.document.querySelector("main"));
    tell();
  });
  draw();
}

/** The same look as the page: its language, theme and styles. @param {Document} page */
function dress(page) {
  for (const { name, value } of document.documentElement.attributes) page.documentElement.setAttribute(name, value);
  for (const sheet of document.querySelectorAll("link[rel=stylesheet]")) page.head.append(page.importNode(sheet, true));
  page.title = _("Your call");
  page.body.className = "popout-page";
  page.body.append(Object.assign(page.createElement("main"), { className: "popout" }));
}

/** @param {Call} call */
async function openPicture(call) {
  const track = shownOf(call)?.picture;
  if (!track) return toast(_("Nobody shows a picture just now that could be put into a small window."));
  const video = Object.assign(document.createElement("video"), { muted: true, playsInline: true });
  alone = video;
  video.srcObject = streamOf(track);
  video.addEventListener("leavepictureinpicture", () => {
    video.srcObject = null;
    if (alone === video) {
      alone = null;
      leaveKeys();
    }
    tell();
  });
  await video.play();
  await video.requestPictureInPicture();
  leaveKeys = answerKeys(ACTIONS.map(([action, run]) => [action, () => during(run)]));
}

/** @param {(call: Call) => void} run */
function during(run) {
  const call = current();
  if (call) run(call);
}

async function close() {
  out?.close();
  if (document.pictureInPictureElement === alone && alone) await document.exitPictureInPicture().catch(() => {});
}

function draw() {
  const call = current();
  if (!call) return void close();
  if (alone) follow(alone, call);
  const place = out?.document.querySelector("main");
  if (place) render(view(call), place);
}

/** Whoever speaks now; while nobody shows a picture the last one stands. @param {HTMLVideoElement} video @param {Call} call */
function follow(video, call) {
  const track = shownOf(call)?.picture;
  if (!track || video.srcObject === streamOf(track)) return;
  video.srcObject = streamOf(track);
  void video.play().catch(() => {});
}

/** @param {Call} call */
function view(call) {
  const tile = shownOf(call);
  return html`<div class="popout-picture ${tile?.speaks ? "is-speaking" : ""}">${tile?.picture
      ? html`<video class=${tile.screen ? "is-screen" : ""} .srcObject=${playing(tile.picture)} autoplay playsinline muted .muted=${true}></video>`
      : html`<span class="call-face">${tile ? avatar({ ...tile.card, photo: tile.card.photo ?? "", size: "large" }) : icon("phone")}</span>`}</div>
    <p class="popout-line one-line" role="status">${isRecorded(call) ? html`<span class="live-text">${_("This call is being recorded.")}</span> ` : nothing}${
      call.signs.wrong || call.trouble || whyStopped(call) || call.signs.said || whatBecame(call) || html`<bdi>${tile?.card.name ?? call.place.name}</bdi>`}</p>
    <div class="call-bar" role="toolbar" aria-label=${_("Your part in the call")}>${partButton(call, "microphone")}${partButton(call, "camera")}
      <button type="button" class="button button-plain button-icon" title=${_("Back into the page")} aria-label=${_("Back into the page")}
        data-does="popin" @click=${back}>${icon("maximize-2")}</button>${leaveButton(call)}</div>`;
}

function back() {
  window.focus();
  void close();
}

function tell() {
  calls.dispatchEvent(new Event("change"));
}

calls.addEventListener("change", draw);
