/** A press beside a dialog closes it, also in browsers that do not know `closedby`. */

/** The dialog beside which a press has begun: one that begins within, as when letters are selected, closes nothing.
 * @type {EventTarget | null} */
let began = null;

/** Have a dialog closed by a press beside it. More than once is once. @param {HTMLDialogElement} dialog */
export function closesBeside(dialog) {
  if ("closedBy" in HTMLDialogElement.prototype) return;
  // On the dialog itself: a telephone's Safari tells of no tap on what does not listen.
  dialog.addEventListener("pointerdown", begin);
  dialog.addEventListener("click", end);
}

/** @param {PointerEvent} event */
function begin(event) {
  began = isBeside(event) ? event.currentTarget : null;
}

/** @param {MouseEvent} event */
function end(event) {
  const dialog = /** @type {HTMLDialogElement} */ (event.currentTarget);
  if (began === dialog && isBeside(event)) dialog.close();
  began = null;
}

/** @param {MouseEvent} event */
function isBeside({ target, currentTarget, clientX, clientY }) {
  if (target !== currentTarget) return false;
  const { left, right, top, bottom } = /** @type {Element} */ (target).getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
