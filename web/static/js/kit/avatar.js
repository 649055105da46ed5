/** Pictures of people in scripts: the same elements and colours as the macro in kit/avatar.html. */

import { html, nothing } from "lit";
import { _ } from "fairmatch/i18n";

const HUES = 12; // as in web/frame.py

/**
 * @typedef {object} Face
 * @property {string} id
 * @property {string} name
 * @property {string} [photo]  address of the picture
 * @property {"tiny" | "small" | "medium" | "large" | "huge"} [size]
 * @property {boolean} [here]  leave out where presence is not known
 */

/**
 * A template for Lit.
 * @param {Face} face
 */
export function avatar({ id, name, photo = "", size = "medium", here }) {
  const presence = here === undefined ? nothing : html`<span
    class=${here ? "presence presence-here" : "presence"} role="img" aria-label=${here ? _("here now") : _("not here")}></span>`;
  return html`<span class="avatar avatar-${size} ${photo ? "" : `hue-${hue(id)}`}">${photo
    ? html`<img src=${photo} alt="" loading="lazy" width="96" height="96">`
    : html`<span aria-hidden="true">${initials(name) || "·"}</span>`}${presence}</span>`;
}

/**
 * Up to two letters that stand for a name, as `initials` in web/frame.py finds them: first and last word without titles.
 * @param {string} name
 * @returns {string}
 */
export function initials(name) {
  const all = name.split(/\s+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const untitled = all.filter((word) => [...word].length <= 2 || /^.\.-/u.test(word) || !word.endsWith("."));
  const words = untitled.length > 0 ? untitled : all;
  const picked = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return picked.map((word) => [...word][0].toUpperCase()).join("");
}

/**
 * Which of the avatar colours stands for an id; `hue` in web/frame.py computes the same.
 * @param {string} id
 * @returns {number}
 */
export function hue(id) {
  return new TextEncoder().encode(id).reduce((sum, byte) => sum + byte, 0) % HUES;
}
