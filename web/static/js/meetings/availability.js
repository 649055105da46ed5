/** A tap on a time changes it in place; what could not be saved is taken back and said. */

import { _ } from "fairmatch/i18n";
import { on } from "fairmatch/kit/page";
import { toast } from "fairmatch/kit/toast";

/**
 * What is told of each time, one press after another: the last one stays, whichever answer would come last. And what
 * the server has, as far as it has answered.
 * @type {WeakMap<HTMLButtonElement, { told: Promise<void>, has: boolean }>}
 */
const times = new WeakMap();

on("submit", ".slots-own form.slot", (element, event) => {
  event.preventDefault();
  event.stopPropagation();
  const form = /** @type {HTMLFormElement} */ (element);
  const button = form.querySelector("button");
  if (button) change(form, button);
});

/** @param {HTMLFormElement} form @param {HTMLButtonElement} button */
function change(form, button) {
  const wasFree = button.getAttribute("aria-pressed") === "true";
  const time = times.get(button) ?? { told: Promise.resolve(), has: wasFree };
  times.set(button, time);
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  body.set("free", wasFree ? "no" : "yes");
  show(button, !wasFree);
  const told = time.told.then(async () => {
    if (await isSaved(form.action, body)) time.has = !wasFree;
    else if (time.told === told) takeBack(button, time.has);
  });
  time.told = told;
}

/** @param {string} address @param {URLSearchParams} body */
async function isSaved(address, body) {
  const answer = await fetch(address, { method: "POST", body, redirect: "manual" }).catch(() => null);
  return answer !== null && (answer.ok || answer.type === "opaqueredirect");
}

/** @param {HTMLButtonElement} button @param {boolean} isFree */
function takeBack(button, isFree) {
  show(button, isFree);
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
