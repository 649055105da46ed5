/** When a page is there: the first one, and each that Turbo brings. */

/**
 * Call a function with the document's body now and after every change of page.
 * @param {(body: HTMLElement) => void} prepare  must be able to meet an element that it has met before
 */
export function onPage(prepare) {
  document.addEventListener("turbo:load", () => prepare(document.body));
  document.addEventListener("turbo:render", () => prepare(document.body));
  if (document.readyState !== "loading") prepare(document.body);
}

/**
 * Listen to an event anywhere on the page, for elements that match a selector (or lie within one that does).
 * @template {keyof DocumentEventMap} K
 * @param {K} type
 * @param {string} selector
 * @param {(element: HTMLElement, event: DocumentEventMap[K]) => void} handle
 */
export function on(type, selector, handle) {
  document.addEventListener(type, (event) => {
    const element = event.target instanceof Element ? event.target.closest(selector) : null;
    if (element instanceof HTMLElement) handle(element, event);
  });
}
