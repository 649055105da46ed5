/** Line icons for scripts. The server puts the shapes of all icons that scripts name literally, into fairmatch/icons. */

import { shapes } from "fairmatch/icons";

/**
 * A new icon, silent for screen readers.
 * @param {string} name  a literal, so that the server finds it
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.innerHTML = shapes[name] ?? "";
  return svg;
}
