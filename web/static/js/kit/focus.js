/** Where the keyboard goes on when what it was in goes. */

/**
 * Takes a part of the page away: the focus that was in it goes back to where it came from, or to where the page begins.
 * @param {HTMLElement} part  to be called before it can have the focus
 * @returns {() => void}
 */
export function takingAway(part) {
  /** @type {EventTarget | null} */
  let before = null;
  part.addEventListener("focusin", ({ relatedTarget }) => {
    if (!part.contains(/** @type {Node | null} */ (relatedTarget))) before = relatedTarget;
  });
  return () => {
    const hadFocus = part.contains(document.activeElement);
    part.remove();
    if (!hadFocus) return;
    const back = before instanceof HTMLElement && before.isConnected ? before : document.getElementById("main");
    back?.focus({ preventScroll: true });
  };
}
