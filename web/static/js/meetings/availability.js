/** A tap on a time changes it in place; what could not be saved is taken back and said. */

import { _ } from "fairmatch/i18n";
import { on } from "fairmatch/kit/page";
import { toast } from "fairmatch/kit/toast";

on("submit", ".slots-own form.slot", (element, event) => {
  event.preventDefault();
  event.stopPropagation();
  const form = /** @type {HTMLFormElement} */ (element);
  const button = form.querySelector("button");
  if (button) void save(form, button);
});

/** @param {HTMLFormElement} form @param {HTMLButtonElement} button */
async function save(form, button) {
  const wasFree = button.getAttribute("aria-pressed") === "true";
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  body.set("free", wasFree ? "no" : "yes");
  show(button, !wasFree);
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (answer && (answer.ok || answer.type === "opaqueredirect")) return;
  show(button, wasFree);
  toast(_("This could not be saved. Try again in a moment."), { error: true });
}

/** @param {HTMLButtonElement} button @param {boolean} isFree */
function show(button, isFree) {
  button.setAttribute("aria-pressed", String(isFree));
  button.classList.toggle("slot-off", !isFree);
  button.value = isFree ? "no" : "yes";
  const word = button.querySelector(".slot-why");
  if (word) word.textContent = isFree ? _("free") : _("not free");
}
