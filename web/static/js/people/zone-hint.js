/** <zone-hint zone="Europe/Berlin">: shows itself where the device is in another zone than the profile says. */

class ZoneHint extends HTMLElement {
  connectedCallback() {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!here || sameTimes(here, this.getAttribute("zone") ?? "")) return;
    const field = this.querySelector("input[name=time_zone]");
    if (field instanceof HTMLInputElement) field.value = here;
    const place = this.querySelector("[data-place]");
    if (place) place.textContent = here.split("/").at(-1)?.replaceAll("_", " ") ?? here;
    this.hidden = false;
  }
}

customElements.define("zone-hint", ZoneHint);

/**
 * Whether clocks in both zones show the same, in winter and in summer: then there is nothing to say.
 * @param {string} one
 * @param {string} other
 */
function sameTimes(one, other) {
  const year = new Date().getFullYear();
  return [new Date(year, 0, 1), new Date(year, 6, 1)].every((day) => clock(day, one) === clock(day, other));
}

/**
 * @param {Date} moment
 * @param {string} timeZone
 */
function clock(moment, timeZone) {
  try {
    return moment.toLocaleString("en", { timeZone });
  } catch {
    return "";
  }
}
