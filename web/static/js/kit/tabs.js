/** Of tabs that do not all fit, the one that is open is in sight. */

import { onPage } from "fairmatch/kit/page";

/** @param {HTMLElement} body */
function refresh(body) {
  for (const open of body.querySelectorAll('.tabs [aria-current="page"]')) {
    const list = open.closest("ul");
    if (!list || list.scrollWidth <= list.clientWidth) continue;
    const [tab, box] = [open.getBoundingClientRect(), list.getBoundingClientRect()];
    list.scrollLeft += (tab.left + tab.right - box.left - box.right) / 2;
  }
}

onPage(refresh);
