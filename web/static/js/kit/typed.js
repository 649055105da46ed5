/**
 * What was typed into one form of a page outlives the sending of another one. The page that comes has its forms anew:
 * into those that are there again goes what was not sent; and where an error stood in the page's place, or the server was
 * updated meanwhile, what was sent in vain.
 *
 * @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control
 * @typedef {{ form: string, name: string, at: number, value: string | boolean | string[] | FileList, isIn: boolean, from: number | null, to: number | null }} Typed
 *   `at`: which of the form's controls of this name; `isIn`: one is typing there, `from` and `to`: between these letters
 */

import { _ } from "fairmatch/i18n";
import { toast } from "fairmatch/kit/toast";

const NEVER = new Set(["hidden", "password", "submit", "button", "reset", "image"]);

/** Where it waits while the whole document comes anew. */
const STORED = "fairmatch-typed";

/** @type {Typed[]} */
let kept = [];
let isRefused = false;
/** What was sent. @type {Typed[]} */
let sent = [];
/** Whether the page comes anew by itself. */
let takesAll = false;
/** The path of the page in whose place an error stands; "": none does. */
let covered = "";

document.addEventListener("turbo:submit-start", (event) => {
  const handedIn = /** @type {HTMLFormElement} */ (/** @type {CustomEvent} */ (event).detail.formSubmission.formElement);
  isRefused = takesAll = false;
  const [all, others] = changesPage(handedIn) ? [forms(), forms().filter(([, form]) => form !== handedIn)] : [[], []];
  kept = others.flatMap(([key, form]) => typedInto(key, form));
  // A file may be what it was refused for.
  sent = all.flatMap(([key, form]) => (form === handedIn ? typedInto(key, form).filter(({ value }) => !(value instanceof FileList)) : []));
});
document.addEventListener("turbo:submit-end", (event) => (isRefused = !(/** @type {CustomEvent} */ (event).detail.success)));
document.addEventListener("turbo:visit", () => (takesAll = false));
// Until now one has gone on typing.
document.addEventListener("turbo:before-render", () => {
  if (!takesAll || isPreview()) return;
  takesAll = false;
  kept = forms().flatMap(([key, form]) => typedInto(key, form));
});
document.addEventListener("turbo:render", () => {
  if (isPreview()) return;
  if (covered && covered !== location.pathname) kept = [];
  covered = document.querySelector(".error-page") ? location.pathname : "";
  if (covered) return cover();
  putBack();
  if (isRefused) kept = []; // no load follows
});
document.addEventListener("turbo:load", takeUp, { once: true });
document.addEventListener("turbo:load", () => {
  if (!covered) kept = [];
});
// The answer names other scripts or styles than this page: Turbo gives it up, and the whole document comes anew.
document.addEventListener("turbo:reload", () => {
  const all = takesAll ? forms().flatMap(([key, form]) => typedInto(key, form)) : isRefused ? [...kept, ...sent] : kept;
  const typed = all.filter(({ value }) => !(value instanceof FileList));
  if (typed.length) sessionStorage.setItem(STORED, JSON.stringify({ typed, isRefused }));
});

/** What was typed before the document came anew. What was refused has to be sent again, since nobody saw the answer. */
function takeUp() {
  const stored = sessionStorage.getItem(STORED);
  if (!stored) return;
  sessionStorage.removeItem(STORED);
  const before = JSON.parse(stored);
  kept = before.typed;
  putBack();
  if (before.isRefused) toast(_("Fairmatch was updated meanwhile, and what you sent was not taken. It is still here; please send it again."), { error: true });
}

/** The way back from an error leads to the page as it was: nothing came of what was sent. */
function cover() {
  if (isRefused) kept = [...kept, ...sent];
  isRefused = false;
  sent = [];
}

/** All that is typed stays when this page is loaded anew, which has begun just now. */
export function keepTyped() {
  isRefused = false;
  takesAll = true;
}

/** Whether what is shown is a page from before, until the one that was asked for comes. */
function isPreview() {
  return document.documentElement.hasAttribute("data-turbo-preview");
}

/** Whether all of the page comes anew, and not for what was looked for. @param {HTMLFormElement} form */
function changesPage(form) {
  const frame = form.dataset.turboFrame ?? form.closest("turbo-frame")?.getAttribute("target") ?? (form.closest("turbo-frame") ? "own" : "_top");
  return isWritten(form) && frame === "_top";
}

/** Questions of a search are no text of anybody's, and islands keep what is theirs, but where a form says otherwise. @param {HTMLFormElement} form */
function isWritten(form) {
  if (form.hasAttribute("data-typed")) return true;
  for (let above = form.parentElement; above; above = above.parentElement)
    if (above.localName.includes("-") && above.localName !== "turbo-frame") return false;
  return form.method === "post";
}

/** The forms of the page with a key each, which they have again on the next one. @returns {[string, HTMLFormElement][]} */
function forms() {
  const counted = new Map();
  return [...document.forms].filter(isWritten).map((form) => {
    const action = form.getAttribute("action") ?? "";
    counted.set(action, (counted.get(action) ?? 0) + 1);
    return [`${action} ${counted.get(action)}`, form];
  });
}

/** @param {HTMLFormElement} form @returns {[string, number, Control][]} */
function controls(form) {
  const counted = new Map();
  const found = /** @type {Control[]} */ ([...form.elements].filter((one) => "name" in one && one.name && "type" in one && !NEVER.has(/** @type {any} */ (one).type)));
  return found.map((control) => {
    const at = counted.get(control.name) ?? 0;
    counted.set(control.name, at + 1);
    return [control.name, at, control];
  });
}

/** @param {string} key @param {HTMLFormElement} form @returns {Typed[]} */
function typedInto(key, form) {
  return controls(form).filter(([, , control]) => !isAsItCame(control)).map(([name, at, control]) => ({ form: key, name, at, value: valueOf(control), isIn: control === document.activeElement, ...caretIn(control) }));
}

/** @param {Control} control */
function isAsItCame(control) {
  if (control instanceof HTMLSelectElement) {
    const chosen = [...control.options].some((option) => option.defaultSelected);
    // Without a word of the page the browser chooses the first one.
    return [...control.options].every((option, place) => option.selected === (chosen ? option.defaultSelected : !control.multiple && place === 0));
  }
  if (control.type === "file") return !(/** @type {HTMLInputElement} */ (control).files?.length);
  if (isTick(control)) return control.checked === control.defaultChecked;
  return control.value === control.defaultValue;
}

/** @param {Control} control @returns {Typed["value"]} */
function valueOf(control) {
  if (control instanceof HTMLSelectElement) return [...control.selectedOptions].map(({ value }) => value);
  if (control.type === "file") return /** @type {FileList} */ (/** @type {HTMLInputElement} */ (control).files);
  return isTick(control) ? control.checked : control.value;
}

/** Where one writes; nowhere in what has no letters. @param {Control} control */
function caretIn(control) {
  if (control instanceof HTMLSelectElement) return { from: null, to: null };
  return { from: control.selectionStart, to: control.selectionEnd };
}

/** @param {Control} control @returns {control is HTMLInputElement} */
function isTick(control) {
  return control.type === "checkbox" || control.type === "radio";
}

function putBack() {
  const there = new Map(forms());
  for (const { form, name, at, value, isIn, from, to } of kept) {
    const found = there.get(form);
    const control = found && controls(found).find(([named, place]) => named === name && place === at)?.[2];
    if (!control || !isAsItCame(control)) continue;
    put(control, value);
    control.dispatchEvent(new Event("input", { bubbles: true }));
    if (!isIn) continue;
    control.focus({ preventScroll: true });
    if (from !== null && !(control instanceof HTMLSelectElement)) control.setSelectionRange(from, to);
  }
}

/** @param {Control} control @param {Typed["value"]} value */
function put(control, value) {
  if (control instanceof HTMLSelectElement) for (const option of control.options) option.selected = /** @type {string[]} */ (value).includes(option.value);
  else if (value instanceof FileList) /** @type {HTMLInputElement} */ (control).files = value;
  else if (isTick(control)) control.checked = Boolean(value);
  else control.value = String(value);
}
