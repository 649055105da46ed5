/** Enter in a field for messages. */

/** Whether a key sends what was typed. @param {KeyboardEvent} event */
export function sends(event) {
  // 229: some input methods report Enter while they still compose.
  return event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229 && !isTouch();
}

/** On a phone's keyboard Enter is the only way to begin a line, and the button is next to the thumb. */
function isTouch() {
  return matchMedia("(hover: none) and (pointer: coarse)").matches;
}
