/**
 * Files are dropped where they can be given, one after another; with scripts a chosen one goes at once.
 * Without them the form is a field and a button.
 */

import { on, onPage } from "fairmatch/kit/page";

const PLACE = "[data-drop]";

on("dragover", PLACE, (place, event) => {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  place.toggleAttribute("data-over", true);
});
on("dragleave", PLACE, (place, event) => {
  if (!(event.relatedTarget instanceof Node && place.contains(event.relatedTarget))) place.removeAttribute("data-over");
});
on("drop", PLACE, (place, event) => {
  const files = [...(event.dataTransfer?.files ?? [])];
  if (files.length === 0) return;
  event.preventDefault();
  place.removeAttribute("data-over");
  void giveAll(files);
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

/** One after another, each with the form that the answer before brought; after one that was refused no more. @param {File[]} files */
async function giveAll(files) {
  for (const file of files) {
    const form = document.querySelector(PLACE);
    const field = form?.querySelector("input[type=file]");
    if (!(form instanceof HTMLFormElement) || !(field instanceof HTMLInputElement)) return;
    const carried = new DataTransfer();
    carried.items.add(file);
    field.files = carried.files;
    const answered = ended(form);
    form.requestSubmit();
    if (!(await answered)) return;
  }
}

/** Whether what a form sends is taken, once its answer is on the page. @param {HTMLFormElement} form @returns {Promise<boolean>} */
function ended(form) {
  return new Promise((resolve) => {
    form.addEventListener("turbo:submit-end", (event) => {
      const { success } = /** @type {CustomEvent<{ success: boolean }>} */ (event).detail;
      document.addEventListener("turbo:frame-render", () => resolve(success), { once: true });
    }, { once: true });
  });
}
