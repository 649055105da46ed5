import { html, render } from "lit";
import { _ } from "fairmatch/i18n";
import { closesBeside } from "fairmatch/kit/beside";
import { icon } from "fairmatch/kit/icon";

/**
 * Ask before something that cannot be undone, in a dialog as kit/dialog.html has it.
 * @param {HTMLElement} place  where the dialog stands while it is open
 * @param {{ title: string, text: string, verb: string }} question
 * @returns {Promise<boolean>}
 */
export function confirmed(place, { title, text, verb }) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", "confirm-title");
  dialog.setAttribute("closedby", "any");
  closesBeside(dialog);
  render(html`<div class="dialog-head"><h2 class="dialog-title" id="confirm-title">${title}</h2>
      <form method="dialog"><button class="button button-quiet button-icon" aria-label=${_("Close")} title=${_("Close")}>${icon("x")}</button></form></div>
    <div class="dialog-body"><p>${text}</p>
      <form class="dialog-actions" method="dialog"><button class="button" autofocus><span>${_("Cancel")}</span></button>
        <button class="button button-danger" value="yes"><span>${verb}</span></button></form></div>`, dialog);
  place.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
