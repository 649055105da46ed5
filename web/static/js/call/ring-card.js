import { html, nothing, render } from "lit";
import { _ } from "fairmatch/i18n";
import { avatar } from "fairmatch/kit/avatar";
import { icon } from "fairmatch/kit/icon";

/**
 * Who calls, in the dock.
 *
 * @typedef {import("../live/types-ringing.js").Ring} Ring
 * @typedef {(state: "taken" | "declined") => void} Answer
 */

/** Show a ring, or none any more. @param {Ring | null} ring @param {Answer} answer */
export function show(ring, answer) {
  const dock = document.getElementById("dock");
  if (!dock) return;
  let place = dock.querySelector(".dock-ring");
  if (!ring && !place) return;
  if (!place) {
    place = Object.assign(document.createElement("div"), { className: "dock-ring" });
    place.setAttribute("role", "alertdialog");
    place.setAttribute("aria-label", _("Somebody calls you"));
    dock.prepend(place);
  }
  render(ring ? view(ring, answer) : nothing, /** @type {HTMLElement} */ (place));
  if (!ring) place.remove();
}

/** @param {Ring} ring @param {Answer} answer */
function view({ sender, name, photo }, answer) {
  return html`<div class="dock-who">${avatar({ id: sender, name, photo: photo ?? "" })}<p><strong><bdi>${name}</bdi></strong><br><span class="live-text">${_("calls you")}</span></p></div>
    <div class="row"><button type="button" class="button button-primary" data-does="accept" @click=${() => answer("taken")}>${icon("phone")}<span>${_("Accept the call")}</span></button>
    <button type="button" class="button button-plain" data-does="decline" @click=${() => answer("declined")}>${_("Not now")}</button></div>`;
}
