/** Up to three times can be proposed: with three chosen, the others wait. Without scripts the server says so. */

import { on, onPage } from "fairmatch/kit/page";

const MOST = 3;
const CHOICES = ".slot-days input[type=checkbox]";

on("change", CHOICES, (box) => limit(box.closest(".slot-days")));
onPage((body) => body.querySelectorAll(".slot-days").forEach(limit));

/** @param {Element | null} days */
function limit(days) {
  const boxes = /** @type {HTMLInputElement[]} */ ([...(days?.querySelectorAll("input[type=checkbox]") ?? [])]);
  const isFull = boxes.filter((box) => box.checked).length >= MOST;
  for (const box of boxes) {
    if (box.closest(".slot-taken")) continue;
    box.disabled = isFull && !box.checked;
  }
}
