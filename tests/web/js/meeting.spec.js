import "@hotwired/turbo";
import "fairmatch/meetings/fm-meeting";
import { equal, test } from "/harness.js";

/** A moment so many seconds from now. @param {number} seconds */
const at = (seconds) => new Date(Date.now() + seconds * 1_000).toISOString();

/** The room of a meeting that ended five minutes before it closes. @param {number} closes @param {string} more */
function enter(closes, more) {
  document.head.insertAdjacentHTML("beforeend", `<meta name="fairmatch-person" content="aylin">`);
  const times = `starts="${at(closes - 1_500)}" ends="${at(closes - 300)}" opens="${at(closes - 1_800)}" closes="${at(closes)}"`;
  document.body.innerHTML = `<fm-meeting topic="meeting:${closes}" ${times} ${more}></fm-meeting>`;
}

/** Where the page leads to by itself. @returns {Promise<string>} */
function led() {
  return new Promise((found) => {
    document.addEventListener("turbo:before-visit", (event) => {
      event.preventDefault();
      found(/** @type {CustomEvent<{ url: string }>} */ (event).detail.url);
    }, { once: true });
  });
}

test("the page of a room follows when it closes", async () => {
  const where = led();
  enter(0.1, "open");
  equal(await where, location.href);
});
