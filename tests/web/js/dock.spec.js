import "fairmatch/meetings/start";
import { countDown } from "fairmatch/kit/countdown";
import { session } from "fairmatch/live/start";
import { equal, test } from "/harness.js";

let version = 0;

/** What the dock says of the next meeting: whom one meets, and until when it counts. */
function said() {
  const one = document.querySelector("#dock .dock-meeting");
  return one && [one.querySelector(".countdown-label")?.textContent, one.querySelector("time")?.dateTime];
}

/** A moment so many minutes from now. @param {number} minutes */
const at = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
const meeting = (name, starts, ends) => ({ id: name, name, starts_at: at(starts), ends_at: at(ends), path: `/meetings/${name}/room` });

function told() {
  document.body.innerHTML = `<div id="dock"></div>`;
  document.head.insertAdjacentHTML("beforeend", `<meta name="fairmatch-person" content="aylin">`);
  document.dispatchEvent(new Event("turbo:load"));
  return (one, after = null) => {
    session()?.mine.receive({ k: "meetings", v: (version += 1), d: { waiting: 0, next: one, following: after, offer: null } });
    return said();
  };
}

test("the countdown follows a meeting that is moved", () => {
  const tell = told();
  const [before, after] = [meeting("Ben", 5, 25), meeting("Ben", 10, 30)];
  equal(tell(before), ["Ben", before.starts_at]);
  equal(tell(after), ["Ben", after.starts_at]);
  equal(document.querySelectorAll("#dock .dock-meeting").length, 1);
  equal(tell(meeting("Ben", 100, 120)), null);
});

test("once it is so, a countdown says what has become of it", () => {
  document.body.innerHTML = `<p data-countdown data-past="has begun"><span class="countdown-label">begins in</span> <span data-left></span> <time></time></p>`;
  const one = /** @type {HTMLElement} */ (document.querySelector("[data-countdown]"));
  const [label, left, time] = [".countdown-label", "[data-left]", "time"].map((each) => one.querySelector(each));
  const shown = (minutes) => {
    time.dateTime = at(minutes);
    countDown(one);
    return [label.hidden, left.textContent];
  };
  equal(shown(-1), [true, "has begun"]);
  equal(shown(60.5), [false, "1 h 00 min"]);
});

test("after a meeting that is over the dock has the one that follows", () => {
  const tell = told();
  const following = meeting("Mia", 4, 24);
  equal(tell(meeting("Ben", -21, -1), following), ["Mia", following.starts_at]);
});

test("a meeting's own page says when it begins, and the dock does not say it again", () => {
  const tell = told();
  const here = { ...meeting("Ben", 5, 25), path: `${location.pathname}/room` };
  equal(tell(here), null);
  const other = meeting("Mia", 5, 25);
  equal(tell(other), ["Mia", other.starts_at]);
});
