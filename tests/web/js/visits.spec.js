import "fairmatch/kit/visits";
import { equal, test } from "/harness.js";

test("only what says so is fetched ahead: a page that is fetched counts as looked at", () => {
  const nav = Object.assign(document.createElement("nav"), { innerHTML: "<a href=/needs>Needs</a>" });
  const said = document.createElement("a");
  document.body.append(nav, said);
  const isFetched = (link) => link.dispatchEvent(new CustomEvent("turbo:before-prefetch", { bubbles: true, cancelable: true }));
  equal([isFetched(nav.firstChild), isFetched(said)], [false, false]);
  nav.dataset.turboPrefetch = "true";
  equal([isFetched(nav.firstChild), isFetched(said)], [true, false]);
  nav.remove();
  said.remove();
});

test("that the server cannot be reached is said until it can be", () => {
  document.body.innerHTML = `<div id="toasts"></div>`;
  const said = () => document.querySelector("#toasts")?.textContent.includes("cannot be reached");
  document.dispatchEvent(new CustomEvent("turbo:fetch-request-error", { cancelable: true }));
  equal(said(), true);
  document.dispatchEvent(new CustomEvent("turbo:load", { detail: { timing: { visitStart: 1, visitEnd: 2 } } }));
  equal(said(), true, "a page from before was gone back to");
  document.dispatchEvent(new CustomEvent("turbo:before-fetch-response", { detail: { fetchResponse: { response: new Response() } } }));
  equal(said(), false);
});

test("a form leads back to the part of the page that it came from, and the keyboard goes on there", () => {
  document.body.innerHTML = `<button>Skip</button><div style="height: 5000px"></div><section id="rooms"><h2>Rooms</h2></section>`;
  const meta = Object.assign(document.createElement("meta"), { name: "fairmatch-at", content: "rooms" });
  document.head.append(meta);
  document.dispatchEvent(new CustomEvent("turbo:load", { detail: {} }));
  const rooms = document.querySelector("#rooms");
  equal(document.activeElement === rooms, true);
  equal(rooms.getBoundingClientRect().top < innerHeight, true);
  scrollTo(0, 0);
  rooms.blur();
  document.dispatchEvent(new CustomEvent("turbo:load", { detail: {} }));
  equal([document.activeElement === rooms, scrollY], [false, 0], "gone back to, it is read from where one was");
  document.body.innerHTML = "";
});
