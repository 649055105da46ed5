/** Small manners of buttons, fields and dialogs, for what the elements do not do by themselves. */

import { _ } from "fairmatch/i18n";
import { closesBeside } from "fairmatch/kit/beside";
import { on, onPage } from "fairmatch/kit/page";

// A button that says why it cannot be used stays reachable, and does nothing.
document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target.closest("[aria-disabled=true]") : null;
  if (!target) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });

// Browsers without command/commandfor open the dialog here.
on("click", "[command=show-modal]", (button) => {
  const dialog = document.getElementById(button.getAttribute("commandfor") ?? "");
  if (!(dialog instanceof HTMLDialogElement)) return;
  closesBeside(dialog);
  if (!("commandForElement" in HTMLButtonElement.prototype)) dialog.showModal();
});

// A dialog that is open when the page goes would come back open, but no longer modal, from the cache.
document.addEventListener("turbo:before-cache", () => {
  for (const dialog of document.querySelectorAll("dialog[open]")) /** @type {HTMLDialogElement} */ (dialog).close();
});

on("change", "[data-submits]", (element) => element.closest("form")?.requestSubmit());

on("input", "textarea[data-counts]", (element) => count(/** @type {HTMLTextAreaElement} */ (element)));

/** @param {HTMLTextAreaElement} area */
function count(area) {
  const left = area.maxLength - area.value.length;
  const place = area.parentElement?.querySelector(".field-count") ?? area.parentElement?.appendChild(counter());
  if (place) place.textContent = left <= area.maxLength / 5 ? _("%(left)s characters left", { left }) : "";
}

function counter() {
  const place = document.createElement("p");
  place.className = "field-count";
  place.setAttribute("aria-live", "polite");
  return place;
}

// Firefox leads the caret of a field into the window, and there it may stand below a bar: what keys lead to stands clear of it.
document.addEventListener("keyup", ({ key, target }) => {
  if (key === "Tab" && target instanceof HTMLElement && target.matches("main :is(input, textarea)")) target.scrollIntoView({ block: "nearest" });
});

// After a form came back with errors, the list of them is what one hears and sees first.
onPage((body) => {
  const first = body.querySelector("[data-focus]");
  if (first instanceof HTMLElement && !first.dataset.focused) {
    first.dataset.focused = "yes";
    first.focus();
  }
});
