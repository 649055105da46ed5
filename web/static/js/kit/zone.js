/** Fills in the browser's time zone where a form asks for one: <input name="zone" data-zone>, if still empty. */

import { onPage } from "fairmatch/kit/page";

onPage((body) => {
  for (const field of body.querySelectorAll("[data-zone]")) {
    const control = /** @type {HTMLInputElement | HTMLSelectElement} */ (field);
    control.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone;
  }
});
