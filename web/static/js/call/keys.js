/** The keys of a call, shown by "?". */

import { html, render } from "lit";
import { _ } from "fairmatch/i18n";
import { canPopOut } from "fairmatch/call/popout";
import { icon } from "fairmatch/kit/icon";

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
