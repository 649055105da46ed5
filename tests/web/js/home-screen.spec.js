import "fairmatch/notices/fm-home-screen";
import { equal, test } from "/harness.js";

const HTML = `<fm-home-screen><p data-way="menu"></p><p data-way="apple" hidden></p><div data-way="offered" hidden><button></button></div>
  <p data-way="there" hidden></p></fm-home-screen>`;

/** What is in sight. */
function ways() {
  return [...document.querySelectorAll("[data-way]")].filter((part) => !part.hidden).map((part) => part.dataset.way);
}

/** @param {boolean | undefined} standalone */
function onApple(standalone) {
  Object.defineProperty(navigator, "standalone", { value: standalone, configurable: true });
}

test("the way onto the home screen is the menu's, until the browser offers one, which is gone on a press", async () => {
  document.body.innerHTML = HTML;
  equal(ways(), ["menu"]);
  let asked = 0;
  const offer = Object.assign(new Event("beforeinstallprompt", { cancelable: true }), { prompt: async () => asked++ });
  equal(dispatchEvent(offer), false, "nobody is asked before they press");
  equal([ways(), asked], [["offered"], 0]);
  document.querySelector("button").click();
  await Promise.resolve();
  await Promise.resolve();
  equal([ways(), asked], [["menu"], 1], "a browser can be asked once");
  document.body.innerHTML = "";
});

test("an offer is known to a page that comes later, and is over once it is taken", () => {
  dispatchEvent(Object.assign(new Event("beforeinstallprompt", { cancelable: true }), { prompt: async () => undefined }));
  document.body.innerHTML = HTML;
  equal(ways(), ["offered"]);
  dispatchEvent(new Event("appinstalled"));
  equal(ways(), ["menu"]);
  document.body.innerHTML = "";
});

test("where only Share leads onto the home screen, that is said; and there, that one is there", () => {
  onApple(false);
  document.body.innerHTML = HTML;
  equal(ways(), ["apple"]);
  onApple(true);
  document.body.innerHTML = HTML;
  equal(ways(), ["there"]);
  onApple(undefined);
  document.body.innerHTML = "";
});
