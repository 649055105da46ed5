/** Menus are popovers; this adds the arrow keys, closing after a choice, and a place where CSS cannot give one. */

import { on } from "fairmatch/kit/page";

const EDGE = 8; // pixels that a menu keeps from the edge of the window

on("keydown", "[data-menu]", (menu, event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll("a[href], button")]);
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  items.at((at + step + items.length) % items.length)?.focus();
});

on("click", "[data-menu] .menu-item", (item) => {
  const menu = item.closest("[data-menu]");
  if (menu instanceof HTMLElement) menu.hidePopover();
});

document.addEventListener("turbo:before-cache", () => {
  for (const menu of document.querySelectorAll("[data-menu]:popover-open")) /** @type {HTMLElement} */ (menu).hidePopover();
});

if (!CSS.supports("position-area", "block-end")) {
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (menu instanceof HTMLElement && menu.matches("[data-menu]:popover-open")) place(menu);
  }, { capture: true });
}

/** @param {HTMLElement} menu */
function place(menu) {
  const opener = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
  if (!opener) return;
  const [from, size] = [opener.getBoundingClientRect(), menu.getBoundingClientRect()];
  const below = from.bottom + size.height + EDGE <= innerHeight;
  menu.style.top = `${below ? from.bottom : Math.max(EDGE, from.top - size.height)}px`;
  menu.style.left = `${Math.min(Math.max(EDGE, from.right - size.width), innerWidth - size.width - EDGE)}px`;
}
