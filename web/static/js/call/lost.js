/** What one is told of one's own camera, microphone and screen in a call: for as long as it is so. */

import { _ } from "fairmatch/i18n";
import { lost, reason } from "fairmatch/call/devices";
import { ANOTHER } from "fairmatch/call/media";
import { toast } from "fairmatch/kit/toast";

/** @typedef {import("./call.js").Call} Call @typedef {import("./media.js").Source} Source */

/** Who loses a camera or microphone in the middle of a call reads that, and can go on with another one. One line tells of
 * all that is gone: a dock takes both along at once. @param {Call} call */
export function sayLost(call) {
  const { media } = call;
  /** @type {Set<Source>} */
  const gone = new Set();
  let takeBack = () => false;
  const say = () => {
    takeBack();
    takeBack = gone.size ? toast(wordsOf(gone), { error: true, ...wayBack(call, gone) }) : () => false;
  };
  media.addEventListener("lost", (event) => {
    if (call.isOver) return;
    gone.add(/** @type {CustomEvent} */ (event).detail);
    say();
  });
  media.addEventListener("change", () => {
    const back = [...gone].filter((source) => media.isOn(source) && gone.delete(source));
    if (back.length && takeBack()) say(); // where another line stands by now, that is newer
  });
  call.addEventListener("over", () => (gone.clear(), say()));
}

/** @param {Set<Source>} gone */
function wordsOf(gone) {
  const kinds = new Set([...gone].map((source) => /** @type {import("./devices.js").Kind} */ (ANOTHER[source] ?? source)));
  return kinds.size > 1 ? _("Your camera and microphone are gone: they were pulled out, or another program took them.") : lost([...kinds][0]);
}

/** What was lost is turned on again by one press; but no second camera, which is chosen in the bar.
 * @param {Call} call @param {Set<Source>} gone */
function wayBack(call, gone) {
  const sources = /** @type {import("./devices.js").Kind[]} */ ([...gone].filter((source) => source !== "camera_2"));
  if (sources.length === 0) return {};
  const run = () => {
    gone.clear(); // what does not open says why
    for (const source of sources) if (!call.media.isOn(source)) void call.toggle(source);
  };
  return { action: _("Turn on"), run };
}

/** What does not open in each call, and why. @type {WeakMap<Call, WhyNot>} */
const closed = new WeakMap();

/** Why something does not open. @param {Call} call @param {unknown} error @param {Source} source */
export function sayWhyNot(call, error, source) {
  const why = closed.get(call) ?? new WhyNot(call);
  closed.set(call, why);
  why.add(source, error);
}

/** One line tells of all that does not open, until it is on or the call over. */
class WhyNot {
  /** @type {Map<Source, unknown>} */
  #errors = new Map();
  #takeBack = () => false;

  /** @param {Call} call */
  constructor(call) {
    const { media } = call;
    call.addEventListener("over", () => this.end());
    media.addEventListener("change", () => {
      const opened = [...this.#errors.keys()].filter((source) => media.isOn(source) && this.#errors.delete(source));
      if (opened.length && this.#takeBack()) this.#say();
    });
  }

  /** What was closed, or stood there before something newer, is not said again. @param {Source} source @param {unknown} error */
  add(source, error) {
    if (!this.#takeBack()) this.#errors.clear();
    this.#errors.delete(source);
    this.#errors.set(source, error);
    this.#say();
  }

  end() {
    this.#errors.clear();
    this.#takeBack();
  }

  #say() {
    if (this.#errors.size) this.#takeBack = toast(wordsWhy(this.#errors), { error: true });
  }
}

/** @param {Map<Source, unknown>} errors */
function wordsWhy(errors) {
  const isForbidden = (/** @type {Source} */ source) => nameOf(errors.get(source)) === "NotAllowedError";
  if (errors.size === 2 && isForbidden("camera") && isForbidden("microphone"))
    return _("The browser may use neither camera nor microphone. Allow both in the address bar, then try again.");
  return [...new Set([...errors].map(([source, error]) => reason(error, ANOTHER[source] ?? source)))].join(" ");
}

/** @param {unknown} error */
function nameOf(error) {
  return error instanceof DOMException ? error.name : "";
}
