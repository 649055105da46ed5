/**
 * The other side's page beside the call: on a phone a sheet over the page, so the call stays in sight.
 * Whoever follows a link in it stays in the room: it opens in a tab of its own.
 */

import { on } from "fairmatch/kit/page";

const PART = ".room-beside";
/** As wide as the window is at most where the part is a sheet; the style says the same. */
const SHEET = "(max-width: 60rem)";

document.addEventListener("turbo:frame-load", ({ target }) => {
  if (!(target instanceof Element) || !target.closest(PART)) return;
  for (const link of target.querySelectorAll("a[href]")) {
    link.setAttribute("target", "_blank");
    link.setAttribute("rel", `${link.getAttribute("rel") ?? ""} noopener`.trim());
  }
});

// "toggle" does not bubble.
document.addEventListener("toggle", ({ target }) => {
  if (!(target instanceof HTMLDetailsElement) || !target.matches(PART) || !target.open || !matchMedia(SHEET).matches) return;
  document.querySelector("#meeting-stage")?.scrollIntoView({ block: "start" });
}, { capture: true });

on("click", "[data-closes-part]", (button) => close(button.closest(PART)));
on("keydown", `${PART}[open]`, (part, event) => {
  if (event.key === "Escape") close(part);
});

/** @param {Element | null} part */
function close(part) {
  if (!(part instanceof HTMLDetailsElement)) return;
  part.open = false;
  part.querySelector("summary")?.focus();
}
