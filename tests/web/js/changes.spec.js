import "@hotwired/turbo";
import "fairmatch/meetings/start";
import { session } from "fairmatch/live/start";
import { equal, settle, test } from "/harness.js";

let version = 0;
const pill = () => document.querySelector("#dock .dock-news button");

/** A page that was made with a mark. @param {string} mark @param {string} [own] */
function page(mark, own) {
  if (!session()) document.head.insertAdjacentHTML("beforeend", `<meta name="fairmatch-person" content="aylin">`);
  document.body.innerHTML = `<main id="main" tabindex="-1">${shown(mark, own)}</main><div id="dock"></div>`;
  document.dispatchEvent(new Event("turbo:load"));
}

const shown = (mark, own) => `<div data-mark="${mark}"${own ? ` data-own-mark="${own}"` : ""} hidden></div>`;

/** The line says what there is. @param {string} mark */
function tell(mark) {
  const { line, mine } = /** @type {import("fairmatch/live/session").Session} */ (session());
  Object.defineProperty(line, "state", { get: () => "live", set: () => {}, configurable: true }); // nobody answers here
  mine.ask = async () => true; // the server says the same
  receive(mark);
}

/** @param {string} mark */
function receive(mark) {
  session()?.mine.receive({ k: "meetings", v: (version += 1), d: { waiting: 0, next: null, following: null, offer: null, mark } });
}

/** @param {() => unknown} isSo */
async function until(isSo) {
  while (!isSo()) await new Promise(requestAnimationFrame);
}

test("a page of one's meetings says that they are others by now, and loads itself anew on a press alone", async () => {
  page("one");
  tell("two");
  await until(pill);
  const asked = [];
  document.addEventListener("turbo:before-visit", (event) => { event.preventDefault(); asked.push(event.detail.url); }, { once: true });
  pill().click();
  equal(asked, [location.href]);
});

test("going back to a page from before says so as well, and the next page forgets it", async () => {
  page("one");
  tell("three");
  page("two");
  await until(pill);
  document.body.firstElementChild.innerHTML = shown("three");
  document.dispatchEvent(new Event("turbo:load"));
  equal(pill(), null);
});

test("a page that is newer than what the line has told stays as it is: the server is asked before anything is said", async () => {
  page("newer");
  tell("older");
  let asked = 0;
  session().mine.ask = async () => (receive("newer"), (asked += 1), true);
  await until(() => asked);
  await settle();
  equal(pill(), null);
  const shows = new Promise((resolve) => document.addEventListener("turbo:load", () => setTimeout(resolve, 700), { once: true }));
  document.dispatchEvent(new Event("turbo:load"));
  await shows;
  equal([pill(), asked], [null, 1]);
});

test("a press that changed nothing takes the pill away, until something else is new", async () => {
  page("eleven");
  tell("twelve");
  await until(pill);
  document.addEventListener("turbo:before-visit", (event) => event.preventDefault(), { once: true });
  pill().click();
  page("eleven"); // the answer
  equal(pill(), null);
  receive("twelve");
  await new Promise((resolve) => setTimeout(resolve, 700)); // it has looked
  equal(pill(), null);
  receive("thirteen");
  await until(pill);
});

test("what waits for the page that was asked for waits no longer where that does not come", async () => {
  for (const sign of ["fetch-request-error", "visit"]) {
    page("twenty");
    tell(`twenty-one after ${sign}`);
    await until(pill);
    document.addEventListener("turbo:before-visit", (event) => event.preventDefault(), { once: true });
    pill().click();
    document.dispatchEvent(new Event(`turbo:${sign}`));
    document.dispatchEvent(new Event("turbo:load"));
    equal(document.activeElement?.localName, "body", sign);
  }
});

/** What the server answers for this page; it is counted. @param {() => string} own @param {(asked: any[]) => Promise<void>} body */
async function answered(own, body, status = 200) {
  const [before, asked] = [window.fetch, []];
  window.fetch = async (address, ...more) => {
    if (address !== location.href) return before(address, ...more);
    asked.push(address);
    return new Response(own(), { status });
  };
  await body(asked);
  window.fetch = before;
}

test("the page of one meeting asks whether that is another one", async () => {
  let own = "mine";
  await answered(() => shown("four", own), async (asked) => {
    page("three", "mine");
    tell("four");
    await until(() => document.querySelector("[data-mark='four']"));
    equal([pill(), asked.length], [null, 1]);
    own = "moved";
    tell("five");
    await until(pill);
    equal(asked.length, 2);
  });
});

test("what a page offers is over at its moment, but not where the page came later than that", async () => {
  const ends = (ms) => document.querySelector("[data-mark]").setAttribute("data-until", new Date(Date.now() + ms).toISOString());
  await answered(() => shown("seven", "mine"), async () => {
    page("six", "mine");
    ends(-60_000);
    document.dispatchEvent(new Event("turbo:load"));
    tell("seven");
    await until(() => document.querySelector("[data-mark='seven']")); // it has looked
    equal(pill(), null);
  });
  page("seven");
  ends(100);
  document.dispatchEvent(new Event("turbo:load"));
  await until(pill);
});

test("whose seat a colleague has is led to all of their meetings", async () => {
  await answered(() => "", async () => {
    page("eight", "mine");
    tell("nine");
    await until(pill);
  }, 404);
  const asked = [];
  document.addEventListener("turbo:before-visit", (event) => { event.preventDefault(); asked.push(new URL(event.detail.url).pathname); }, { once: true });
  pill().click();
  equal(asked, ["/meetings"]);
});

test("a page of all meetings of a fair asks for the mark of that, and not of one's own", async () => {
  const [before, asked] = [window.fetch, []];
  let mark = "all";
  window.fetch = async (address, ...more) => (address === "/marks/results" ? (asked.push(address), new Response(mark)) : before(address, ...more));
  tell("one's own");
  page("all");
  document.querySelector("[data-mark]").dataset.markAt = "/marks/results";
  document.dispatchEvent(new Event("turbo:load"));
  await until(() => asked.length);
  await settle();
  equal(pill(), null);
  mark = "others";
  document.dispatchEvent(new Event("visibilitychange"));
  await until(pill);
  const count = asked.length;
  document.querySelector("#main").insertAdjacentHTML("beforeend", `<div data-import-progress="/progress"></div>`);
  document.dispatchEvent(new Event("visibilitychange"));
  await new Promise((resolve) => setTimeout(resolve, 700)); // it would have asked
  equal(asked.length, count, "what goes on shows itself");
  window.fetch = before;
  page("none");
});
