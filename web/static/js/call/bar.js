/** What one can do in a call, as a row of buttons; the keys for it stand in their titles. Templates for Lit. */

import { html, nothing } from "lit";
import { _ } from "fairmatch/i18n";
import { writeButton } from "fairmatch/call/beside";
import { current } from "fairmatch/call/current";
import { isPress, showKeys } from "fairmatch/call/keys";
import { showPeople } from "fairmatch/call/people";
import { canPopOut, isOut, togglePopOut } from "fairmatch/call/popout";
import { showDevices } from "fairmatch/call/settings";
import { REACTIONS } from "fairmatch/call/signs";
import { icon } from "fairmatch/kit/icon";
import { Picker } from "fairmatch/kit/picker";

/** @typedef {import("./call.js").Call} Call */

/** @param {Call} call */
export function bar(call) {
  const screen = call.showsScreen;
  return html`<div class="call-bar" role="toolbar" aria-label=${_("Your part in the call")}>
    ${partButton(call, "microphone")}${partButton(call, "camera")}
    ${call.may("screen") && "getDisplayMedia" in (navigator.mediaDevices ?? {})
      ? button(screen ? _("Stop sharing (S)") : _("Share your screen (S)"), screen ? icon("screen-share-off") : icon("screen-share"), screen, "screen", () => call.toggleScreen()) : nothing}
    ${call.canAddScreen ? button(_("Share another screen (A)"), icon("copy-plus"), false, "another-screen", () => call.addScreen()) : nothing}
    ${call.canAddCamera ? button(_("Add another camera (B)"), icon("webcam"), false, "another-camera", () => call.addCamera()) : nothing}
    ${button(call.signs.isUp ? _("Hand down (H)") : _("Hand up (H)"), icon("hand"), call.signs.isUp, "hand", () => call.signs.toggle())}
    ${button(_("Show a reaction (R)"), icon("smile"), false, "react", () => choose(call))}
    ${button(call.captions.isShown ? _("Captions off (C)") : _("Captions on (C)"), icon("captions"), call.captions.isShown, "captions", () => call.captions.toggle())}
    ${call.moderates ? button(_("Who is here (L)"), icon("users"), false, "people", () => showPeople(call)) : nothing}
    ${writeButton(call)}
    ${call.others.length > 0 || call.isSpeakerView
      ? button(call.isSpeakerView ? _("All alike (G)") : _("Whoever speaks large (G)"), call.isSpeakerView ? icon("layout-grid") : icon("presentation"), call.isSpeakerView, "view", () => call.toggleView()) : nothing}
    ${popOutButton()}
    ${button(_("Choose other devices (D)"), icon("settings"), false, "devices", () => showDevices(call))}
    ${leaveButton(call)}
  </div>`;
}

/** Microphone or camera, on or off. @param {Call} call @param {"microphone" | "camera"} source */
export function partButton(call, source) {
  if (!call.may(source)) return nothing;
  const on = call.media.isOn(source);
  const words = { microphone: on ? _("Microphone off (M)") : _("Microphone on (M)"), camera: on ? _("Camera off (V)") : _("Camera on (V)") };
  const signs = { microphone: on ? icon("mic") : icon("mic-off"), camera: on ? icon("video") : icon("video-off") };
  return button(words[source], signs[source], on, source, () => call.toggle(source));
}

/** Nothing, where the browser has no small windows. */
export function popOutButton() {
  if (!canPopOut()) return nothing;
  const out = isOut();
  return button(out ? _("Close the small window (P)") : _("Into a small window (P)"), icon("picture-in-picture-2"), out, "popout", () => togglePopOut());
}

/** @param {Call} call */
export function leaveButton(call) {
  return html`<button type="button" class="button button-danger" data-does="leave" @click=${() => call.end()}>${icon("phone-off")}<span>${_("Leave")}</span></button>`;
}

/** @param {string} label @param {unknown} sign @param {boolean} on @param {string} does @param {() => void} run */
function button(label, sign, on, does, run) {
  return html`<button type="button" class="button button-plain button-icon call-button ${on ? "is-on" : "is-off"}" title=${label} aria-label=${label}
    data-does=${does} data-on=${String(on)} @click=${run}>${sign}</button>`;
}

/** @type {Picker | null} */
let picker = null;

/** Choose a reaction. @param {Call} call */
function choose(call) {
  const opener = document.querySelector("[data-does=react]");
  if (!(opener instanceof HTMLElement)) return;
  if (!picker?.place.isConnected) {
    picker = new Picker(document.createElement("div"), [...REACTIONS.keys()]);
    document.body.append(picker.place);
  }
  picker.open(opener, [], (emoji) => void call.signs.react(emoji));
}

/** Keys of a call, unless somebody types. @param {KeyboardEvent} event @param {Call | null} call */
export function byKey(event, call) {
  if (!call || !isPress(event)) return;
  const key = event.key.toLowerCase();
  if (key === "m" && call.may("microphone")) void call.toggle("microphone");
  else if (key === "v" && call.may("camera")) void call.toggle("camera");
  else if (key === "s" && call.may("screen")) void call.toggleScreen();
  else if (key === "a" && call.canAddScreen) void call.addScreen();
  else if (key === "b" && call.canAddCamera) void call.addCamera();
  else if (key === "h") void call.signs.toggle();
  else if (key === "g") call.toggleView();
  else if (key === "r") choose(call);
  else if (key === "c") call.captions.toggle();
  else if (key === "l" && call.moderates) showPeople(call);
  else if (key === "d") showDevices(call);
  else if (key === "p" && canPopOut()) void togglePopOut();
  else if (key === "?") showKeys();
  else return;
  event.preventDefault();
}

// Here, since whoever has just joined has the buttons, and not all yet that comes later.
document.addEventListener("keydown", (event) => byKey(event, current()));
