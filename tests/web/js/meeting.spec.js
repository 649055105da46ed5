import "@hotwired/turbo";
import { session } from "fairmatch/live/start";
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

test("whoever's room is gone is led to what became of the meeting, or to all of theirs where it is not theirs", async () => {
  const before = window.fetch;
  for (const [status, page] of [[200, "/meetings/600"], [404, "/meetings"]]) {
    window.fetch = async (address, ...more) => (address === "/meetings/600" ? new Response("", { status }) : before(address, ...more));
    const where = led();
    enter(600, "open");
    session()?.line.topics.store("meeting:600")?.refuse({ code: "forbidden" });
    equal(new URL(await where).pathname, page);
  }
  window.fetch = before;
});
