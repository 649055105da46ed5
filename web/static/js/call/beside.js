/** The text beside a call, on the call's page: a column, a sheet, or a part of the page that can be closed. It is there
 * before one takes part as well. */

import { html, nothing } from "lit";
import { ref } from "lit/directives/ref.js";
import { _ } from "fairmatch/i18n";
import { refreshSoon } from "fairmatch/chat/badges";
import { isPress } from "fairmatch/call/keys";
import { icon } from "fairmatch/kit/icon";

/** The text on this page, beside a certain call or any. @param {string} [topic] @returns {HTMLElement | null} */
function beside(topic) {
  return document.querySelector(topic ? `[data-beside="${CSS.escape(topic)}"]` : "[data-beside]");
}

/** Open it, and write. */
function write() {
  const place = beside();
  if (!place) return;
  if (place instanceof HTMLDetailsElement) place.open = true;
  else if (!place.checkVisibility()) place.showPopover();
  place.querySelector("textarea")?.focus();
}

/** Nothing, where nothing can be written. @param {import("./call.js").Call} call */
export function writeButton({ place: { topic } }) {
  const place = beside(topic);
  if (!place) return nothing;
  return html`<button type="button" class="button button-plain button-icon call-button call-write" title=${_("Write (T)")} aria-label=${_("Write (T)")}
    data-does="write" @click=${write}>${icon("message-circle")}<span class="count" data-unread=${place.dataset.channel} hidden ${ref(counted)}><span data-number></span></span></button>`;
}

/** The last rung of the ladder: one press to where writing goes on. @param {import("./call.js").Call} call */
export function writeInstead({ isBetterWritten, place: { topic } }) {
  if (!isBetterWritten || !beside(topic)) return nothing;
  return html` <button type="button" class="link-button" data-does="write-instead" @click=${write}>${_("Write now")}</button>`;
}

/** What is unread was counted before the button was there. @param {Element | undefined} place */
function counted(place) {
  if (place) refreshSoon();
}

/** @param {KeyboardEvent} event */
function byKey(event) {
  if (!isPress(event)) return leave(event);
  if (event.key.toLowerCase() !== "t" || !beside()) return;
  event.preventDefault();
  write();
}

/** From the field back to the call's buttons. A sheet closes by itself as well, but leaves the focus where nobody sees it
 * until the next picture is painted. @param {KeyboardEvent} event */
function leave(event) {
  const place = event.key === "Escape" && !event.defaultPrevented ? /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest?.("[data-beside]")) : null;
  if (!place || /** @type {Element} */ (event.target).closest("dialog")) return;
  if (place.matches(":popover-open")) place.hidePopover();
  /** @type {HTMLElement | null} */ (document.querySelector("[data-does=write]"))?.focus();
}

document.addEventListener("keydown", byKey);
