/**
 * "/" and Ctrl+K (on a Mac: Command+K) put the cursor into the search box of the page; from a page without one they lead
 * to the page that has it.
 */

import { visit } from "@hotwired/turbo";

const PLACE = "/discover";
let wanted = false;

document.addEventListener("keydown", (event) => {
  const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
  const chord = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (!slash && !chord) return;
  event.preventDefault();
  if (enter()) return;
  wanted = true;
  visit(PLACE);
});

document.addEventListener("turbo:load", () => {
  if (wanted) enter();
  wanted = false;
});

/** Put the cursor into the page's box. @returns {boolean} whether it was not there; from a list's own box it goes on to the search */
function enter() {
  const box = document.querySelector("[data-search]");
  if (!(box instanceof HTMLInputElement)) return false;
  if (box === document.activeElement && !box.dataset.suggests) return false;
  box.focus();
  box.select();
  return true;
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}
