/**
 * A form that changes only a part of its page is answered by another page when one is signed out by now, or what it is
 * about is gone: then that page is shown, which says how to go on. Turbo would put two English words in the part's place.
 *
 * A part that loads by itself is left alone: one does not lose the page that one reads, or the call on it, over that.
 */

/** The parts that wait for the answer to a form. @type {WeakSet<EventTarget>} */
const asked = new WeakSet();

document.addEventListener("turbo:submit-start", ({ target }) => {
  const form = /** @type {HTMLFormElement} */ (target);
  const part = document.getElementById(form.dataset.turboFrame ?? "");
  if (part) asked.add(part);
});

document.addEventListener("turbo:frame-render", ({ target }) => {
  if (target) asked.delete(target);
});

document.addEventListener("turbo:frame-missing", (event) => {
  if (!event.target || !asked.delete(event.target)) return;
  event.preventDefault();
  const { response, visit } = /** @type {CustomEvent<{ response: Response, visit: (to: Response) => Promise<void> }>} */ (event).detail;
  void visit(response);
});
