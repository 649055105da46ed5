/** Keeps "5 minutes ago" true: every <time data-ago>, once a minute. */

import { ago } from "fairmatch/i18n";
import { onPage } from "fairmatch/kit/page";

const MINUTE = 60_000;

/** @param {ParentNode} root */
function refresh(root) {
  const now = new Date();
  for (const element of root.querySelectorAll("time[data-ago]")) {
    element.textContent = ago(new Date(/** @type {HTMLTimeElement} */ (element).dateTime), now);
  }
}

onPage(refresh);
setInterval(() => refresh(document), MINUTE);
