import "fairmatch/kit/visits";
import { equal, test } from "/harness.js";

test("only what says so is fetched ahead: a page that is fetched counts as looked at", () => {
  const nav = Object.assign(document.createElement("nav"), { innerHTML: "<a href=/needs>Needs</a>" });
  const said = document.createElement("a");
  document.body.append(nav, said);
  const isFetched = (link) => link.dispatchEvent(new CustomEvent("turbo:before-prefetch", { bubbles: true, cancelable: true }));
  equal([isFetched(nav.firstChild), isFetched(said)], [false, false]);
  nav.dataset.turboPrefetch = "true";
  equal([isFetched(nav.firstChild), isFetched(said)], [true, false]);
  nav.remove();
  said.remove();
});
