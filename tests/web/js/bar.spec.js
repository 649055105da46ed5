import "fairmatch/call/bar";
import { hold } from "fairmatch/call/current";
import { session } from "fairmatch/live/start";
import { equal, test } from "/harness.js";

test("the keys of a call work as soon as its buttons are there", () => {
  document.head.insertAdjacentHTML("beforeend", `<meta name="fairmatch-person" content="aylin">`);
  document.body.innerHTML = `<div id="toasts"></div>`;
  let pressed = 0;
  const captions = { toggle: () => (pressed += 1) };
  const media = Object.assign(new EventTarget(), { isOn: () => true });
  const call = Object.assign(new EventTarget(), { live: session(), place: { topic: "call:1", name: "Ben", path: "/" }, media, captions, others: [], isOver: false });
  const press = () => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "c", bubbles: true, cancelable: true }));
  press();
  hold(/** @type {any} */ (call));
  press();
  Object.assign(call, { isOver: true }).dispatchEvent(new CustomEvent("over", { detail: "" }));
  press();
  equal(pressed, 1);
});
