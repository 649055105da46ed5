/** Enter in a field for messages. */

/** Whether a key sends what was typed. @param {KeyboardEvent} event */
export function sends(event) {
  return event.key === "Enter" && !event.shiftKey && !composes(event) && !isTouch();
}

/** Whether a key is an input method's, which still composes. @param {KeyboardEvent} event */
export function composes(event) {
  return event.isComposing || event.keyCode === 229; // 229: Safari says of the Enter that ends composing only this
}

/** On a phone's keyboard Enter is the only way to begin a line, and the button is next to the thumb. */
function isTouch() {
  return matchMedia("(hover: none) and (pointer: coarse)").matches;
}
