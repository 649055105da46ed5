/** A dialog of a call, over whatever page is there; Escape closes it, and the focus goes back to where it was. */

import { html, render } from "lit";
import { _ } from "fairmatch/i18n";
import { icon } from "fairmatch/kit/icon";

/**
 * @param {string} title @param {() => unknown} body  a template
 * @param {EventTarget} [follows]  a "change" of this draws it anew, and "over" closes it
 * @param {AbortController} [closing]  is aborted once it is closed
 * @returns {() => void} draws it anew, while it is there
 */
export function openDialog(title, body, follows, closing = new AbortController()) {
  const place = document.createElement("dialog");
  place.className = "dialog";
  place.setAttribute("aria-labelledby", "call-dialog-title");
  place.addEventListener("close", () => (closing.abort(), place.remove()));
  place.addEventListener("click", ({ target }) => target === place && place.close());
  const draw = () => {
    render(html`<div class="dialog-head"><h2 class="dialog-title" id="call-dialog-title">${title}</h2>
      <form method="dialog"><button class="button button-quiet button-icon" aria-label=${_("Close")} title=${_("Close")}>${icon("x")}</button></form></div>
    <div class="dialog-body">${body()}</div>`, place);
    if (place.open && !place.contains(document.activeElement)) focusTitle(place);
  };
  draw();
  document.body.append(place);
  place.showModal();
  follows?.addEventListener("change", draw, { signal: closing.signal });
  follows?.addEventListener("over", () => place.close(), { signal: closing.signal });
  return () => void (place.isConnected && draw());
}

/** What had the focus may be gone with what it was for: it stays in the dialog. @param {HTMLDialogElement} place */
function focusTitle(place) {
  const title = /** @type {HTMLElement} */ (place.querySelector(".dialog-title"));
  title.tabIndex = -1;
  title.focus();
}
