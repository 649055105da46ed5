import { isRelayOnly, relayOnly } from "fairmatch/call/relay";

/** <fm-relay>: the switch within it says whether calls of this browser go through a relay only. */
class FmRelay extends HTMLElement {
  connectedCallback() {
    const wish = this.querySelector("input");
    if (!wish) return;
    wish.checked = isRelayOnly();
    wish.addEventListener("change", () => relayOnly(wish.checked));
    this.hidden = false;
  }
}

customElements.define("fm-relay", FmRelay);
