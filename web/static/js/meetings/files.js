/**
 * Files go at once, chosen or dropped, one after another. Without scripts the form is a field and a button.
 */

import { _ } from "fairmatch/i18n";
import { on, onPage } from "fairmatch/kit/page";
import { toast } from "fairmatch/kit/toast";

const PLACE = "[data-drop]";
const FRAME = "meeting-files";
/** What was given before is there, or was refused, before the next goes. @type {Promise<void>} */
let before = Promise.resolve();

on("change", `${PLACE} input[type=file]`, (field) => {
  const files = [...(/** @type {HTMLInputElement} */ (field).files ?? [])];
  if (files.length) before = before.then(() => giveAll(files));
});
on("dragover", PLACE, (place, event) => {
  if (event.dataTransfer?.types.includes("Files")) place.toggleAttribute("data-over", true);
});
on("dragleave", PLACE, (place, event) => {
  if (!(event.relatedTarget instanceof Node && place.contains(event.relatedTarget))) place.removeAttribute("data-over");
});
on("drop", PLACE, (place, event) => {
  const files = [...(event.dataTransfer?.files ?? [])];
  place.removeAttribute("data-over");
  before = before.then(() => giveAll(files));
});
// A file that misses its place would be opened by the browser instead of the room.
for (const type of /** @type {const} */ (["dragover", "drop"]))
  document.addEventListener(type, (event) => {
    if (document.querySelector(PLACE) && event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });

document.addEventListener("turbo:frame-render", makeReady);
onPage(makeReady);

function makeReady() {
  for (const place of document.querySelectorAll(PLACE)) place.toggleAttribute("data-ready", true);
}

/** One after another; after one that is not taken no more, so that what is said about it stays. @param {File[]} files */
async function giveAll(files) {
  for (const file of files) if (!(await give(file).catch(lost))) return;
}

/** Whether a file is with the others now. @param {File} file @returns {Promise<boolean>} */
async function give(file) {
  const place = document.querySelector(PLACE);
  if (!(place instanceof HTMLFormElement)) return false;
  place.setAttribute("aria-busy", "true");
  const sent = new FormData();
  sent.set("file", file);
  const headers = { accept: "text/html", "turbo-frame": FRAME };
  const answer = await fetch(place.action, { method: "POST", body: sent, headers });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const brought = page.getElementById(FRAME);
  if (!brought) return lost();
  document.getElementById(FRAME)?.replaceChildren(...brought.childNodes);
  makeReady();
  return answer.ok;
}

function lost() {
  document.querySelector(PLACE)?.removeAttribute("aria-busy");
  toast(_("The file has not arrived. Please try again in a moment."), { error: true });
  return false;
}
