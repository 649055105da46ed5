import { equal, settle, test } from "/harness.js";
import { render } from "lit";
import { showPeople } from "fairmatch/call/people";
import { moderation, sayFreed, saySilenced } from "fairmatch/call/moderation";

/** What a moderator is offered on a tile of Ben's, by label; a press does it.
 * @param {object} ben @param {string} source */
function offered(ben, source) {
  /** @type {any[]} */
  const asked = [];
  const request = async (/** @type {string} */ method, /** @type {object} */ params) => (asked.push([method, params]), {});
  const call = /** @type {any} */ ({ card: () => ({ name: "Ben" }), place: { topic: "call:1" }, live: { line: { request } } });
  const other = /** @type {any} */ ({ id: "ben-1", person: "ben", muted: true, silenced: [], tracks: {}, ...ben });
  const ground = document.createElement("div");
  render(moderation(call, other, /** @type {any} */ (source)), ground);
  return { asked, buttons: new Map([...ground.querySelectorAll("button")].map((one) => [one.ariaLabel, one])) };
}

test("a moderator may take what somebody sends, where it is shown, and give back what was taken", async () => {
  const sends = { muted: false, tracks: { camera: "c", screen: "s", screen_2: "s2" } };
  equal([...offered(sends, "camera").buttons.keys()], ["Mute Ben", "Turn Ben's camera off", "Remove Ben from the call"]);
  equal([...offered({}, "camera").buttons.keys()], ["Remove Ben from the call"], "nothing is sent");
  const { buttons, asked } = offered(sends, "screen_2");
  equal([...buttons.keys()], ["Stop Ben's sharing"]);
  buttons.get("Stop Ben's sharing")?.click();
  await settle();
  equal(asked, [["call.mute", { call: "call:1", participant: "ben-1", sources: ["screen", "screen_sound"], muted: true }]]);
  const taken = offered({ silenced: ["microphone", "screen", "screen_sound", "screen_2"] }, "camera");
  equal([...taken.buttons.keys()], ["Let Ben speak again", "Let Ben share again", "Remove Ben from the call"]);
  taken.buttons.get("Let Ben share again")?.click();
  await settle();
  equal(taken.asked[0][1].muted, false);
});

test("whoever is muted is told what was taken, and what they have again", () => {
  const toasts = Object.assign(document.createElement("div"), { id: "toasts" });
  document.body.append(toasts);
  /** @param {() => void} say */
  const said = (say) => (toasts.replaceChildren(), say(), toasts.textContent?.trim());
  equal(said(() => saySilenced("screen_2")), "A moderator has ended your sharing.");
  equal(said(() => saySilenced("screen_sound")), "", "that goes with the screen");
  equal(said(() => sayFreed(["screen", "screen_sound", "screen_2"])), "You may share your screen again.");
  equal(said(() => sayFreed([])), "");
  toasts.remove();
});

test("a moderator finds by name whoever only watches, puts them out, and lets them in again", async () => {
  const asked = [];
  let isAway = true;
  const request = async (method, { person, participant }) => (isAway ? Promise.reject(new Error("away")) : (asked.push([method, person ?? participant]), {}));
  const one = (person, watches) => ({ id: `${person}-1`, person, muted: true, silenced: [], tracks: {}, watches });
  const others = [...["Élodie", "Ben", "Cem", "Dana", "Edda", "Finn", "Greta", "Hana"].map((name) => one(name, true)), one("Zoe", false)];
  const call = /** @type {any} */ (Object.assign(new EventTarget(), {
    others, signs: { hands: new Set(["Hana"]) }, place: { topic: "call:1" }, people: null, live: { line: { request } }, card: (name) => ({ id: name, name }),
  }));
  showPeople(call);
  const dialog = /** @type {HTMLDialogElement} */ (document.querySelector("dialog"));
  const names = () => [...dialog.querySelectorAll("bdi")].map(({ textContent }) => textContent);
  const press = async (selector) => (/** @type {HTMLElement} */ (dialog.querySelector(selector)).focus(), dialog.querySelector(selector).click(), settle());
  equal(names().slice(0, 3), ["Hana", "Zoe", "Ben"], "who wants to speak, who sends, who watches");
  const field = /** @type {HTMLInputElement} */ (dialog.querySelector("input"));
  field.value = "elo";
  field.dispatchEvent(new Event("input"));
  equal(names(), ["Élodie"]);
  await press("[data-remove]");
  equal(dialog.querySelector("[role=status] .toast-error")?.textContent?.trim(), "That was not possible just now. Try again in a moment.", "it is said where it is seen");
  isAway = false;
  await press("[data-remove]");
  call.others = others.slice(1);
  call.dispatchEvent(new Event("change"));
  equal(names(), []);
  equal(dialog.contains(document.activeElement), true, "the focus stays in the dialog");
  field.value = "";
  field.dispatchEvent(new Event("input"));
  await press("[data-remove]");
  equal(asked, [["call.remove", "Élodie"]], "a double click does not hit whoever has moved up");
  await press("[data-readmits]");
  equal(asked, [["call.remove", "Élodie"], ["call.readmit", "Élodie"]]);
  equal(dialog.querySelector("[data-readmits]"), null);
  const toasts = Object.assign(document.createElement("div"), { id: "toasts" });
  document.body.append(toasts);
  // The browser says that a dialog was closed in a turn of its own, which may be a late one: by then it counts as read.
  const { now } = Date;
  const said = now();
  Date.now = () => said;
  try {
    saySilenced("camera");
    equal(toasts.textContent, "", "it is said in the dialog");
    const closed = new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    call.dispatchEvent(new Event("over"));
    equal(dialog.open, false);
    await closed;
  } finally {
    Date.now = now;
  }
  equal(toasts.textContent?.trim(), "A moderator has turned your camera off.", "nobody has read it yet");
  toasts.remove();
  dialog.remove();
});
