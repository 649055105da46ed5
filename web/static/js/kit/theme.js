/** Changes light and dark at once; the form's own request keeps the choice in a cookie for the next page. */

import { on } from "fairmatch/kit/page";

/**
 * One choice is told after another: the last one stays, whichever answer would come last.
 * @type {Promise<unknown>}
 */
let told = Promise.resolve();

on("submit", "[data-theme-switch]", (form, event) => {
  const button = /** @type {SubmitEvent} */ (event).submitter;
  if (!(button instanceof HTMLButtonElement) || !(form instanceof HTMLFormElement)) return;
  event.preventDefault();
  event.stopPropagation();
  if (button.value) document.documentElement.dataset.theme = button.value;
  else delete document.documentElement.dataset.theme;
  colourFrame(button.value);
  for (const other of document.querySelectorAll("[data-theme-switch] button")) {
    if (/** @type {HTMLButtonElement} */ (other).value === button.value) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  const body = new FormData(form, button);
  const tell = () => fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true });
  told = told.then(tell).catch(() => {}); // where the server cannot be reached the choice is this page's alone
});

/** The browser's own frame on a phone: the first colour that fits counts, and one without a condition always does.
 * @param {string} theme  "": as the device says */
function colourFrame(theme) {
  const colours = [.../** @type {NodeListOf<HTMLMetaElement>} */ (document.querySelectorAll("meta[name=theme-color]"))];
  colours.find(({ media }) => !media)?.remove();
  const chosen = theme && colours.find(({ media }) => media.includes(theme));
  if (!chosen) return;
  const always = /** @type {HTMLMetaElement} */ (chosen.cloneNode());
  always.removeAttribute("media");
  chosen.parentElement?.prepend(always);
}
