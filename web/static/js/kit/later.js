/** Modules that come once they are needed. A browser asks for a module that did not arrive no second time. */

import { _ } from "fairmatch/i18n";
import { onPage } from "fairmatch/kit/page";
import { toast } from "fairmatch/kit/toast";

/** Once on each page. */
let isTold = false;
document.addEventListener("turbo:load", () => (isTold = false));

/**
 * A module; null where it does not arrive, or no longer fits to what is here: then one is told how to go on.
 * @template T
 * @param {() => Promise<T>} load  imports it
 * @returns {Promise<T | null>}
 */
export async function later(load) {
  try {
    return await load();
  } catch {
    if (!isTold) toast(_("A part of this page has not arrived."), { error: true, action: _("Load the page anew"), run: () => location.reload() });
    isTold = true;
    return null;
  }
}

/**
 * Have an element wake up where it is: its module is loaded once there is one on the page.
 * @param {string} tag @param {() => Promise<unknown>} load  defines the element
 */
export function island(tag, load) {
  const look = () => {
    if (!customElements.get(tag) && document.querySelector(tag)) void later(load);
  };
  onPage(look);
  document.addEventListener("turbo:frame-load", look);
}
