import { session } from "fairmatch/live/start";
import { equal, test } from "/harness.js";

/** Another page says who looks at it. @param {string} metas */
function page(metas) {
  document.head.querySelectorAll("meta").forEach((meta) => meta.remove());
  document.head.insertAdjacentHTML("beforeend", metas);
  document.dispatchEvent(new Event("turbo:load"));
  return session();
}

const of = (/** @type {string} */ id) => `<meta name="fairmatch-person" content="${id}">`;
const UNKNOWN = `<meta name="fairmatch-person-unknown">`;

test("what is live stays on a page of an error that could not find out who looks at it", () => {
  equal(page(UNKNOWN), null, "nobody was there before");
  const aylin = page(of("aylin"));
  equal([page(UNKNOWN) === aylin, aylin?.line.state], [true, "connecting"]);
  equal(page(of("aylin")) === aylin, true);
});

test("what is live ends with the page of nobody, and with another person's, also after such a page", () => {
  for (const next of ["", of("ben")]) {
    const aylin = page(of("aylin"));
    page(UNKNOWN);
    const now = page(next);
    equal([aylin?.line.state, now?.person], ["idle", next ? "ben" : undefined]);
  }
});
