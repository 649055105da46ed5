/** Have a field be as high as what is written in it, where CSS cannot; a style says how high it gets at most.
 * @param {HTMLTextAreaElement} area */
export function grow(area) {
  if (CSS.supports("field-sizing", "content")) return;
  const around = /** @type {HTMLElement} */ (area.parentElement);
  around.style.minBlockSize = `${around.offsetHeight}px`; // while it is measured nothing else on the page moves
  area.style.blockSize = "";
  // Its edges count with its height, and not with that of the text.
  if (area.value) area.style.blockSize = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
  around.style.minBlockSize = "";
}
