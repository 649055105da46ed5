import { deviceOf } from "fairmatch/call/connecting";
import { COMES_BACK_MS, forget, keep, kept } from "fairmatch/call/kept-call";
import { forgetOthers } from "fairmatch/live/kept";
import { FakeStorage } from "/fakes.js";
import { equal, test } from "/harness.js";

const inCall = (...on) => ({
  live: { person: "aylin" },
  place: { topic: "call:1", name: "Round table", path: "/fairs/days/rooms/1" },
  media: { isOn: (source) => on.includes(source) },
});

test("a tab that is loaded anew is the same participant, for the same person only", () => {
  const tab = new FakeStorage();
  const before = deviceOf(tab, "aylin");
  forgetOthers(tab, "aylin");
  equal(deviceOf(tab, "aylin"), before);
  equal(deviceOf(tab, "ben") === before, false);
});

test("a call is come back to with what was on, for a minute", () => {
  const tab = new FakeStorage();
  keep(tab, inCall("microphone"), 1_000);
  forgetOthers(tab, "aylin");
  const found = kept(tab, "aylin", 1_000 + COMES_BACK_MS - 1);
  equal([found.topic, found.path, found.on], ["call:1", "/fairs/days/rooms/1", { microphone: true, camera: false }]);
  equal(kept(tab, "aylin", 1_000 + COMES_BACK_MS), null);
  equal(kept(tab, "ben", 1_000), null);
});

test("whoever left does not come back", () => {
  const tab = new FakeStorage();
  keep(tab, inCall(), 1_000);
  forget(tab, "aylin");
  equal(kept(tab, "aylin", 1_000), null);
});
