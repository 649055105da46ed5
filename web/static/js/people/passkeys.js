/**
 * Passkeys: what browsers call navigator.credentials, between the server's options and the server's verdict.
 *
 * <passkey-sign-in host="example.org" next="/"> offers to sign in, by its button and in the browser's list of fillings;
 * <passkey-add host="example.org"> makes a new passkey. Both stay hidden where passkeys cannot work.
 */

import { _ } from "fairmatch/i18n";
import { bytes } from "fairmatch/kit/base64";

/** @typedef {{ type: string, id: string, transports?: AuthenticatorTransport[] }} Descriptor */

/** The request that waits for the person, if any: browsers allow one at a time. */
let waiting = new AbortController();

class PasskeySignIn extends HTMLElement {
  /** Whether a passkey is at the server: asking for another one now would take its challenge away. */
  #answered = false;

  connectedCallback() {
    if (!possible(this)) return;
    this.hidden = false;
    this.button.addEventListener("click", () => this.#ask());
    this.#offer();
  }

  disconnectedCallback() {
    waiting.abort();
  }

  get button() {
    return /** @type {HTMLButtonElement} */ (this.querySelector("button"));
  }

  /** Among the browser's suggestions for the field of the address, as long as the page is there. */
  async #offer() {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    if (this.isConnected) await this.#signIn("conditional");
  }

  async #ask() {
    if (this.#answered) return;
    say(this, "");
    await busy(this.button, () => this.#signIn("optional"));
    this.#offer();
  }

  /** @param {CredentialMediationRequirement} mediation */
  async #signIn(mediation) {
    waiting.abort();
    const { signal } = (waiting = new AbortController());
    try {
      const publicKey = requestOptions(await post("/sign-in/passkey/options"));
      if (signal.aborted) return;
      const credential = await navigator.credentials.get({ publicKey, mediation, signal });
      if (signal.aborted) return;
      this.#answered = true;
      const { next } = await post("/sign-in/passkey", { credential: answered(credential), next: this.getAttribute("next") });
      location.assign(next); // a whole new page: the person changes, and with it the live line
      await new Promise(() => {}); // until the page goes
    } catch (error) {
      this.#answered = false;
      if (mediation !== "conditional" || error instanceof Refused) say(this, reason(error));
    }
  }
}

class PasskeyAdd extends HTMLElement {
  connectedCallback() {
    if (!possible(this)) return;
    this.hidden = false;
    const button = /** @type {HTMLButtonElement} */ (this.querySelector("button"));
    button.addEventListener("click", () => busy(button, () => this.#add()));
  }

  async #add() {
    say(this, "");
    try {
      const publicKey = creationOptions(await post("/me/passkeys/options"));
      const credential = await navigator.credentials.create({ publicKey });
      const { next } = await post("/me/passkeys", { credential: answered(credential) });
      location.assign(next);
    } catch (error) {
      say(this, reason(error));
    }
  }
}

customElements.define("passkey-sign-in", PasskeySignIn);
customElements.define("passkey-add", PasskeyAdd);

/** The server's no. */
class Refused extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * Whether passkeys of this server's name can be used on this page.
 * @param {HTMLElement} element
 */
function possible(element) {
  const host = element.getAttribute("host") ?? "";
  const ours = location.hostname === host || location.hostname.endsWith(`.${host}`);
  return ours && window.isSecureContext && "PublicKeyCredential" in window;
}

/**
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>}
 */
async function post(path, body = {}) {
  const headers = { "content-type": "application/json", accept: "application/json" };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer.code ?? "");
  return answer;
}

/**
 * @param {any} options  as JSON: bytes are base64url
 * @returns {PublicKeyCredentialRequestOptions}
 */
function requestOptions(options) {
  return { ...options, challenge: bytes(options.challenge), allowCredentials: options.allowCredentials?.map(descriptor) };
}

/**
 * @param {any} options  as JSON: bytes are base64url
 * @returns {PublicKeyCredentialCreationOptions}
 */
function creationOptions(options) {
  return {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: options.excludeCredentials?.map(descriptor),
  };
}

/** @param {Descriptor} one */
function descriptor(one) {
  return { ...one, type: /** @type {const} */ ("public-key"), id: bytes(one.id) };
}

/**
 * What the device answered, as JSON.
 * @param {Credential | null} credential
 */
function answered(credential) {
  const { id, rawId, type, response } = /** @type {PublicKeyCredential} */ (credential);
  /** @type {Record<string, string>} */
  const parts = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    const value = /** @type {any} */ (response)[name];
    if (value instanceof ArrayBuffer) parts[name] = text(value);
  }
  return { id, rawId: text(rawId), type, response: parts, clientExtensionResults: {} };
}

/** @param {ArrayBuffer} buffer */
function text(buffer) {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Why it did not work, in words; nothing when the person themselves called it off.
 * @param {unknown} error
 */
function reason(error) {
  if (error instanceof Refused && error.code === "rate_limited") return _("That was too often. Please wait a little and try again.");
  if (error instanceof Refused && error.code === "sign_in_again") return _("You signed in some time ago. Please sign out, sign in again, and come back here.");
  if (error instanceof Refused) return _("This passkey was not accepted. Another way to sign in still works.");
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "AbortError") return "";
  if (name === "InvalidStateError") return _("This device has a passkey for your account already.");
  return _("The passkey did not work on this device. Another way to sign in still works.");
}

/**
 * @param {HTMLElement} element
 * @param {string} words
 */
function say(element, words) {
  const place = element.querySelector("[role=alert]");
  if (!(place instanceof HTMLElement)) return;
  place.textContent = words;
  place.hidden = !words;
}

/**
 * @param {HTMLButtonElement} button
 * @param {() => Promise<void>} work
 */
async function busy(button, work) {
  button.setAttribute("aria-busy", "true");
  await work();
  button.removeAttribute("aria-busy");
}
