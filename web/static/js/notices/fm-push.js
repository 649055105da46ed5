/**
 * <fm-push key="..."> switches push notices on in this browser, by its button. Nothing is asked, registered or sent
 * before that; from then on the browser keeps a line to its maker's push service.
 */

import { _ } from "fairmatch/i18n";
import { bytes } from "fairmatch/kit/base64";
import { mustBeOnHomeScreen } from "fairmatch/kit/home-screen";
import { on } from "fairmatch/kit/page";

const WORKER = "/notices/worker.js";
const SCOPE = "/notices/";

class FmPush extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    const button = /** @type {HTMLButtonElement} */ (this.querySelector("button"));
    if (!possible()) {
      button.hidden = true;
      this.#say(mustBeOnHomeScreen() ? _("On this device notices come only to what is on its home screen; see below.") : _("This browser takes no notices from websites."));
      return;
    }
    if (Notification.permission === "denied") this.#say(blocked());
    button.addEventListener("click", () => this.#press(button));
  }

  /** @param {HTMLButtonElement} button */
  async #press(button) {
    this.#say("");
    button.setAttribute("aria-busy", "true");
    const words = await switchOn(this.getAttribute("key") ?? "");
    button.removeAttribute("aria-busy");
    this.#say(words);
  }

  /** @param {string} words */
  #say(words) {
    const place = /** @type {HTMLElement} */ (this.querySelector("[role=alert]"));
    place.textContent = words;
    place.hidden = !words;
  }
}

customElements.define("fm-push", FmPush);

function possible() {
  return window.isSecureContext && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

function blocked() {
  return _("Your browser blocks notices from this site. You can allow them in its settings for this page.");
}

/**
 * @param {string} key  the server's, in base64url
 * @returns {Promise<string>}  what to say when it did not work
 */
async function switchOn(key) {
  const permission = await Notification.requestPermission();
  if (permission === "denied") return blocked();
  if (permission !== "granted") return "";
  try {
    return await tell(await subscribed(key));
  } catch {
    return _("The push service of your browser did not answer. Please try again later.");
  }
}

/** @param {string} key */
async function subscribed(key) {
  const registration = await registered();
  const wanted = bytes(key);
  const former = await registration.pushManager.getSubscription();
  // One that was made for another key takes nothing from us, and stands in the way of a new one.
  if (former && !same(former.options.applicationServerKey, wanted)) await former.unsubscribe();
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted });
}

/** Only a worker that is active can be subscribed for. */
async function registered() {
  const registration = await navigator.serviceWorker.register(WORKER, { scope: SCOPE });
  const coming = registration.installing ?? registration.waiting;
  if (!registration.active && coming) {
    await new Promise((resolve, reject) => {
      coming.addEventListener("statechange", () => {
        if (coming.state === "activated") resolve(undefined);
        if (coming.state === "redundant") reject(new Error("the worker was not taken"));
      });
    });
  }
  return registration;
}

/** @param {PushSubscription} subscription */
async function tell(subscription) {
  const headers = { "content-type": "application/json", accept: "application/json" };
  const response = await fetch("/me/notices/devices", { method: "POST", headers, body: JSON.stringify(subscription) });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) {
    location.assign(answer.next);
    return "";
  }
  await subscription.unsubscribe();
  return refusal(answer.code);
}

/** @param {string} code */
function refusal(code) {
  if (code === "rate_limited") return _("That was too often. Please wait a little and try again.");
  if (code === "too_many") return _("You have switched on as many devices as there can be. Switch one off first.");
  return _("This device could not be switched on.");
}

/** @param {ArrayBuffer | null} one @param {Uint8Array} other */
function same(one, other) {
  const mine = new Uint8Array(one ?? []);
  return mine.length === other.length && mine.every((value, at) => value === other[at]);
}

/** Switched off on this device, the browser lets go of its line, too; the server forgets it either way. */
on("submit", "[data-push-off]", async () => {
  const registration = await navigator.serviceWorker?.getRegistration(SCOPE);
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
});
