import { answerKeys } from "fairmatch/call/media-keys";
import { equal, test } from "/harness.js";

test("media keys are answered while a small window is open, and left to others when it closes", () => {
  const handlers = new Map();
  const session = {
    setActionHandler(action, run) {
      if (action === "wave") throw new TypeError("no such action");
      handlers.set(action, run);
    },
  };
  let pressed = 0;
  const leave = answerKeys([["hangup", () => (pressed += 1)], ["wave", () => {}]], session);
  handlers.get("hangup")();
  leave();
  equal([pressed, [...handlers]], [1, [["hangup", null]]]);
});

test("a browser that has no media keys is left alone", () => answerKeys([["hangup", () => {}]], null)());
