import "fairmatch/imports/progress";
import "fairmatch/meetings/availability";
import { comeBackAfter, waitFor } from "fairmatch/meetings/moments";
import { equal, settle, test } from "/harness.js";

/** The server: what it is asked, and an answer for each question when the test gives it. */
function server() {
  /** @type {{ free: string | null, answer: (status: number) => Promise<void> }[]} */
  const asked = [];
  window.fetch = (_address, more) =>
    new Promise((resolve) => {
      const answer = (/** @type {number} */ status) => (resolve(new Response(null, { status })), settle());
      asked.push({ free: /** @type {URLSearchParams} */ (more?.body)?.get?.("free") ?? null, answer });
    });
  return asked;
}

/** A time of one's own at a fair, that is free. */
async function time() {
  document.body.innerHTML = `<div class="slots-own"><form class="slot" action="/slots" method="post">
    <input type="hidden" name="slot" value="a"><button aria-pressed="true" value="no">9:00</button></form></div>
    <div id="toasts"></div>`;
  const button = /** @type {HTMLButtonElement} */ (document.querySelector("button"));
  const press = () => (button.click(), settle());
  return { press, isFree: () => button.getAttribute("aria-pressed") };
}

test("of two presses on a time the second is told when the first has been answered", async () => {
  const [asked, { press, isFree }] = [server(), await time()];
  await press();
  await press();
  equal([asked.map(({ free }) => free), isFree()], [["no"], "true"]);
  await asked[0].answer(200);
  equal(asked.map(({ free }) => free), ["no", "yes"]);
});

test("a press that is not saved is taken back to what the server has, after the last one alone", async () => {
  const [asked, { press, isFree }] = [server(), await time()];
  for (let presses = 0; presses < 3; presses++) await press();
  await asked[0].answer(200);
  await asked[1].answer(503);
  equal(isFree(), "false", "another press is on its way");
  await asked[2].answer(503);
  equal([isFree(), document.querySelectorAll(".toast").length], ["false", 1]);
});

test("the end of an import leaves a page alone that came meanwhile", async () => {
  const [asked, visits, later] = [server(), /** @type {string[]} */ ([]), window.setTimeout];
  const see = (/** @type {any} */ event) => (event.preventDefault(), visits.push(event.detail.url));
  document.addEventListener("turbo:before-visit", see);
  window.setTimeout = /** @type {any} */ ((/** @type {() => void} */ run) => (run(), 0));
  document.body.innerHTML = `<div data-import-progress="/imports/a/progress"></div>`;
  document.dispatchEvent(new Event("turbo:load"));
  window.setTimeout = later;
  document.body.innerHTML = "<textarea>half a sentence</textarea>";
  await asked[0].answer(204);
  document.removeEventListener("turbo:before-visit", see);
  equal(visits, []);
});

test("what a moment brings is there just after it, and at once on a page that comes later", () => {
  equal([waitFor(10_000, 4_000), waitFor(10_000, 10_000), waitFor(10_000, 999_000)], [6_500, 500, 500]);
  equal([waitFor(2 ** 40, 0), waitFor(NaN, 0)], [null, null]);
});

test("a room that should be open is asked for again in growing pauses, and not for ever", () => {
  const pauses = [0, 1, 2, 3, 4, 5, 6].map((tries) => comeBackAfter(10_000, tries, 20_000));
  equal(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, null]);
  equal(comeBackAfter(10_000, 6, 4_000), 6_500, "before it opens nothing was tried");
});
