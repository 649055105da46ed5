/** The keys of a call, shown by "?". */

import { html } from "lit";
import { _ } from "fairmatch/i18n";
import { openDialog } from "fairmatch/call/dialog";
import { canPopOut } from "fairmatch/call/popout";

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
  ["L", _("Who is here, for moderators")],
  ["T", _("Write beside the call")],
  ["D", _("Choose other devices")],
  ...(canPopOut() ? [/** @type {[string, string]} */ (["P", _("Into a small window, or back")])] : []),
  ["?", _("These keys")],
];

/** Show them. */
export function showKeys() {
  openDialog(_("Keys in a call"), () => html`<dl class="call-keys">${keys().map(([key, does]) => html`<dt><kbd>${key}</kbd></dt><dd>${does}</dd>`)}</dl>`);
}
