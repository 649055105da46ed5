import { show } from "fairmatch/call/ring-card";
import { equal, test } from "/harness.js";

const RING = { cid: "1", call: "call:1", path: "/", name: "Mia Sommer", sender: "mia", state: "ringing" };

test("whoever declines a call goes on where they were when it rang, or where the page begins", () => {
  document.body.innerHTML = `<div id="dock"></div><main id="main" tabindex="-1"><input></main>`;
  const field = document.querySelector("input");
  const declined = (/** @type {() => void} */ first) => {
    const answers = [];
    show(/** @type {any} */ (RING), (state) => void (answers.push(state), show(null, () => {})));
    first();
    const decline = /** @type {HTMLElement} */ (document.querySelector("[data-does=decline]"));
    decline.focus();
    decline.click();
    equal([answers, document.querySelector(".dock-ring")], [["declined"], null]);
    return document.activeElement;
  };
  equal(declined(() => field?.focus()) === field, true);
  equal(declined(() => field?.remove()) === document.getElementById("main"), true);
  document.body.innerHTML = "";
});
