/** The keys of a call, shown by "?". */

import { html, render } from "lit";
import { _ } from "fairmatch/i18n";
import { canPopOut } from "fairmatch/call/popout";
import { icon } from "fairmatch/kit/icon";

/** Whether a key is pressed for its own sake, and not to type something. @param {KeyboardEvent} event */
export function isPress(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return false;
  // Also in the small window, whose elements are those of another document.
  return !(/** @type {Element | null} */ (event.target)?.closest?.("input, textarea, select, [contenteditable], dialog"));
}

/** @returns {[string, string][]} */
const keys = () => [
  ["M", _("Microphone on or off")],
  ["V", _("Camera on or off")],
  ["S", _("Share your screen, or stop it")],
  ["A", _("Share another screen")],
  ["B", _("Add another camera")],
  ["H", _("Hand up or down")],
  ["R", _("Show a reaction")],
  ["G", _("Whoever speaks large, or all alike")],
  ["C", _("Captions on or off")],
  ["T", _("Write beside the call")],
  ...(canPopOut() ? [/** @type {[string, string]} */ (["P", _("Into a small window, or back")])] : []),
  ["?", _("These keys")],
];

/** Show them in a dialog; Escape closes it, and the focus goes back to where it was. */
export function showKeys() {
  const place = document.createElement("dialog");
  place.className = "dialog";
  place.setAttribute("aria-labelledby", "call-keys-title");
  place.addEventListener("close", () => place.remove());
  place.addEventListener("click", ({ target }) => target === place && place.close());
  render(html`<div class="dialog-head"><h2 class="dialog-title" id="call-keys-title">${_("Keys in a call")}</h2>
      <form method="dialog"><button class="button button-quiet button-icon" aria-label=${_("Close")} title=${_("Close")}>${icon("x")}</button></form></div>
    <div class="dialog-body"><dl class="call-keys">${keys().map(([key, does]) => html`<dt><kbd>${key}</kbd></dt><dd>${does}</dd>`)}</dl></div>`, place);
  document.body.append(place);
  place.showModal();
}
