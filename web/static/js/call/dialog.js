/** A dialog of a call, over whatever page is there; Escape closes it, and the focus goes back to where it was. */

import { html, render } from "lit";
import { _ } from "fairmatch/i18n";
import { icon } from "fairmatch/kit/icon";

/**
 * @param {string} title @param {() => unknown} body  a template
 * @returns {() => void} draws it anew, while it is there
 */
export function openDialog(title, body) {
  const place = document.createElement("dialog");
  place.className = "dialog";
  place.setAttribute("aria-labelledby", "call-dialog-title");
  place.addEventListener("close", () => place.remove());
  place.addEventListener("click", ({ target }) => target === place && place.close());
  const draw = () => render(html`<div class="dialog-head"><h2 class="dialog-title" id="call-dialog-title">${title}</h2>
      <form method="dialog"><button class="button button-quiet button-icon" aria-label=${_("Close")} title=${_("Close")}>${icon("x")}</button></form></div>
    <div class="dialog-body">${body()}</div>`, place);
  draw();
  document.body.append(place);
  place.showModal();
  return () => void (place.isConnected && draw());
}
