/** A line that says quietly that something worked, or what to do when it did not. */

import { _ } from "fairmatch/i18n";
import { takingAway } from "fairmatch/kit/focus";
import { icon } from "fairmatch/kit/icon";

const STAY = 6000; // milliseconds; long enough to read two short sentences
const UNREAD = 1000; // milliseconds in which nobody has read them yet

/**
 * @typedef {object} Options
 * @property {boolean} [error]  says what went wrong, and stays until it is closed, or another one comes
 * @property {string} [action]  a word for a button, such as "Undo"
 * @property {() => void} [run]  what the button does
 */

/**
 * Show a line at the foot of the page; screen readers say it too. While a dialog is open it belongs to that: the rest of
 * the page lies below a veil, and is neither pressed nor read out.
 * @param {string} text
 * @param {Options} [options]
 * @returns {() => boolean} takes it back, where it stands still, and says whether it did
 */
export function toast(text, { error = false, action = "", run } = {}) {
  const line = document.createElement("div");
  line.className = error ? "toast toast-error" : "toast";
  line.append(error ? icon("circle-alert") : icon("check"), Object.assign(document.createElement("span"), { textContent: text }));
  const close = takingAway(line);
  if (action) line.append(actionButton(action, () => { close(); run?.(); }));
  if (error) line.append(closeButton(close));
  said.set(line, Date.now());
  place()?.replaceChildren(line);
  if (!error) leaveLater(line);
  return () => {
    const { isConnected } = line;
    line.remove();
    return isConnected;
  };
}

/** When each line was said. @type {WeakMap<Element, number>} */
const said = new WeakMap();

/** Where lines are seen now. */
function place() {
  const dialog = [...document.querySelectorAll("dialog:modal")].at(-1);
  return dialog ? (dialog.querySelector(":scope > .toasts") ?? placeIn(dialog)) : document.getElementById("toasts");
}

/** What is said as a dialog closes stands on the page then. @param {Element} dialog */
function placeIn(dialog) {
  const made = Object.assign(document.createElement("div"), { className: "toasts", role: "status" });
  dialog.append(made);
  dialog.addEventListener("close", () => {
    const [line] = made.children;
    if (line && Date.now() - (said.get(line) ?? 0) < UNREAD) document.getElementById("toasts")?.replaceChildren(line);
    made.replaceChildren();
  });
  return made;
}

/**
 * @param {string} word
 * @param {() => void} run
 */
function actionButton(word, run) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "link-button", textContent: word });
  button.addEventListener("click", run);
  return button;
}

/** @param {() => void} close */
function closeButton(close) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "toast-close", ariaLabel: _("Close"), title: _("Close") });
  button.append(icon("x"));
  button.addEventListener("click", close);
  return button;
}

/**
 * Nobody loses a line while they point at it or have the focus in it.
 * @param {HTMLElement} line
 */
function leaveLater(line) {
  setTimeout(() => (line.matches(":hover, :focus-within") ? leaveLater(line) : line.remove()), STAY);
}
