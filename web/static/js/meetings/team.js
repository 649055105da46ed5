/** What a team is asked, live: when a colleague answers or takes something over, that part is loaded anew. */

import { onPage } from "fairmatch/kit/page";
import { session } from "fairmatch/live/start";

/** Of several changes at once the page is asked for after the last, in ms. */
const SETTLED = 150;
/** @type {WeakSet<EventTarget>} */
const heard = new WeakSet();
let soon = 0;

onPage(() => {
  const mine = session()?.mine;
  if (!mine || heard.has(mine)) return;
  heard.add(mine);
  mine.addEventListener("team", () => {
    clearTimeout(soon);
    soon = window.setTimeout(refresh, SETTLED);
  });
});

function refresh() {
  const frame = /** @type {(HTMLElement & { src: string | null, reload(): Promise<void> }) | null} */ (
    document.querySelector("turbo-frame#team-inbox")
  );
  if (!frame) return;
  if (frame.src) void frame.reload();
  else frame.src = location.pathname;
}
