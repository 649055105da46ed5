import "fairmatch/kit/controls";
import { equal, ok, test } from "/harness.js";

/** As high as what lies over the foot of a window, in px. */
const BAR = 100;

test("a field that keys lead to stands clear of the bar at the foot, also where the browser has left it there", () => {
  const { style } = document.documentElement;
  style.setProperty("scroll-padding-block-end", `${BAR}px`);
  document.body.innerHTML = `<main><div class="before"></div><textarea></textarea><div class="after"></div></main>`;
  for (const part of document.querySelectorAll("main div")) if (part instanceof HTMLElement) part.style.height = "300vh";
  const field = /** @type {HTMLTextAreaElement} */ (document.querySelector("textarea"));
  const below = () => Math.round(innerHeight - field.getBoundingClientRect().bottom);
  const press = (key) => field.dispatchEvent(new KeyboardEvent("keyup", { key, bubbles: true }));
  try {
    field.focus({ preventScroll: true });
    scrollBy(0, field.getBoundingClientRect().bottom - innerHeight + 10);
    press("a");
    equal(below(), 10, "whoever types is left where they are");
    press("Tab");
    ok(below() >= BAR, `${below()} px above the foot`);
  } finally {
    style.removeProperty("scroll-padding-block-end");
    document.body.replaceChildren();
    scrollTo(0, 0);
  }
});
