/** Counts in the frame (unread messages) that the live line keeps true: setCount("unread", 3). */

const MOST = 99;

/**
 * @param {string} name  as in data-count="..."
 * @param {number} number  0 hides the count
 */
export function setCount(name, number) {
  for (const place of document.querySelectorAll(`[data-count="${CSS.escape(name)}"]`)) {
    /** @type {HTMLElement} */ (place).hidden = number === 0;
    const figure = place.querySelector("[data-number]");
    if (figure) figure.textContent = number > MOST ? `${MOST}+` : String(number);
  }
}
