import { island, later } from "fairmatch/kit/later";
import { equal, settle, test } from "/harness.js";

test("a module that does not arrive is told of once, with a way to go on", async () => {
  document.body.innerHTML = `<div id="toasts"></div>`;
  const lines = /** @type {HTMLElement} */ (document.getElementById("toasts"));
  equal(await later(() => Promise.resolve("here")), "here");
  equal([await later(() => Promise.reject(new Error("gone"))), lines.children.length], [null, 1]);
  equal(lines.querySelector("button")?.textContent, "Load the page anew");
  lines.replaceChildren();
  equal([await later(() => Promise.reject(new Error("gone"))), lines.children.length], [null, 0]);
});

test("an island is fetched once its element is on the page", async () => {
  let fetched = 0;
  island("fm-far", () => (customElements.define("fm-far", class extends HTMLElement {}), Promise.resolve((fetched += 1))));
  document.dispatchEvent(new Event("turbo:load"));
  await settle();
  equal(fetched, 0);
  document.body.innerHTML = "<fm-far></fm-far>";
  for (const type of ["turbo:load", "turbo:frame-load"]) document.dispatchEvent(new Event(type));
  await settle();
  equal(fetched, 1);
});
