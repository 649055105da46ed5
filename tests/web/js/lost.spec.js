import { choose } from "fairmatch/call/devices";
import { sayLost, sayWhyNot } from "fairmatch/call/lost";
import { Media } from "fairmatch/call/media";
import { Preview } from "fairmatch/call/preview";
import { showDevices } from "fairmatch/call/settings";
import { toast } from "fairmatch/kit/toast";
import { render } from "lit";
import { equal, ok, settle, test } from "/harness.js";

const picture = () => document.createElement("canvas").captureStream().getVideoTracks()[0];

/** A machine with a camera, to which others can be plugged in. @param {(machine: { pull: (track: MediaStreamTrack) => void, plug: (...names: string[]) => Promise<void>, opened: string[] }) => Promise<void>} body */
async function withMachine(body) {
  const { mediaDevices } = navigator;
  let cameras = ["Desk"];
  const opened = [];
  const of = (name) => ({ kind: "videoinput", label: name, deviceId: name });
  const given = {
    enumerateDevices: async () => cameras.map(of),
    getUserMedia: async ({ video }) => (opened.push(video?.deviceId?.exact ?? ""), { getTracks: () => [picture()] }),
  };
  for (const [name, value] of Object.entries(given)) Object.defineProperty(mediaDevices, name, { configurable: true, value });
  const plug = async (...names) => ((cameras = names), mediaDevices.dispatchEvent(new Event("devicechange")), settle());
  try {
    await body({ pull: (track) => void track.dispatchEvent(new Event("ended")), plug, opened });
  } finally {
    for (const name of Object.keys(given)) delete (/** @type {any} */ (mediaDevices)[name]);
    choose({ camera: "" });
  }
}

test("before a call, who loses the camera reads that, and takes another one that is plugged in", async () => {
  await withMachine(async ({ pull, plug, opened }) => {
    const draw = () => render(preview.view({ join() {}, label: "Join", busy: false }), document.body);
    const preview = new Preview(() => draw(), ["camera"]);
    await preview.start();
    pull(/** @type {any} */ (preview.media.tracks.camera));
    equal(document.querySelector("[role=alert]")?.textContent.trim(), "Your camera is gone: it was pulled out, or another program took it.");
    await plug("Window", "Door");
    const names = () => [...document.querySelectorAll("#call-camera option")].map(({ textContent }) => textContent);
    equal(names(), ["Window", "Door"]);
    document.querySelector("[data-does=camera]").click();
    await settle();
    equal([opened.length, preview.media.isOn("camera"), document.querySelector("[role=alert]")], [2, true, null]);
    preview.end();
    await plug("Desk");
    equal(names(), ["Window", "Door"], "nobody looks any more");
  });
});

test("in a call, who loses the camera reads that, turns it on again from there, and reads it no longer", async () => {
  await withMachine(async ({ pull }) => {
    document.body.innerHTML = `<div id="toasts"></div>`;
    const media = new Media();
    const toggled = [];
    const call = Object.assign(new EventTarget(), { media, isOver: false, toggle: (source) => (toggled.push(source), media.turnOn(source)) });
    sayLost(/** @type {any} */ (call));
    await media.turnOn("camera");
    const said = () => document.querySelector("#toasts")?.textContent ?? "";
    media.turnOff("camera");
    equal(said(), "", "it was turned off, and not lost");
    for (const way of ["there", "in the bar"]) {
      await media.turnOn("camera");
      pull(/** @type {any} */ (media.tracks.camera));
      ok(said().includes("Your camera is gone"), said());
      equal(media.isOn("camera"), false);
      if (way === "there") document.querySelector("#toasts button").click();
      else await media.turnOn("camera");
      await settle();
      equal([media.isOn("camera"), said()], [true, ""], way);
    }
    equal(toggled, ["camera"]);
    pull(/** @type {any} */ (media.tracks.camera));
    ok(said(), "it is gone once more");
    call.dispatchEvent(new Event("over"));
    equal(said(), "", "and nobody is in the call");
    media.end();
  });
});

test("camera and microphone that go at once are one line with one button, and what is back is named no longer", async () => {
  await withMachine(async ({ pull }) => {
    document.body.innerHTML = `<div id="toasts"></div>`;
    const media = new Media();
    const call = Object.assign(new EventTarget(), { media, isOver: false, toggle: (source) => media.turnOn(source) });
    sayLost(/** @type {any} */ (call));
    const said = () => document.querySelector("#toasts")?.textContent ?? "";
    const loseBoth = async () => {
      for (const source of ["microphone", "camera"]) await media.turnOn(source);
      for (const source of ["microphone", "camera"]) pull(/** @type {any} */ (media.tracks[source]));
      ok(said().includes("Your camera and microphone are gone"), said());
    };
    await loseBoth();
    document.querySelector("#toasts button").click();
    await settle();
    equal([media.isOn("camera"), media.isOn("microphone"), said()], [true, true, ""]);
    await loseBoth();
    await media.turnOn("microphone");
    ok(said().includes("Your camera is gone"), said());
    toast("Something newer");
    await media.turnOn("camera");
    equal(said(), "Something newer");
    media.end();
  });
});

test("why something does not open is said until it is on, or the call over", async () => {
  await withMachine(async () => {
    document.body.innerHTML = `<div id="toasts"></div>`;
    const media = new Media();
    const call = Object.assign(new EventTarget(), { media });
    const said = () => document.querySelector("#toasts")?.textContent ?? "";
    const fail = (source) => sayWhyNot(/** @type {any} */ (call), new DOMException("", "NotFoundError"), source);
    fail("camera");
    ok(said().includes("No camera was found."), said());
    await media.turnOn("camera");
    equal(said(), "");
    fail("camera_2");
    media.turnOff("camera");
    ok(said().includes("No camera was found."), "another one is on");
    call.dispatchEvent(new Event("over"));
    equal(said(), "");
    fail("microphone");
    fail("screen");
    media.turnOff("camera");
    ok(said().includes("The screen is not shared."), said());
    media.end();
  });
});

test("where camera and microphone do not open, one line says why neither does, and goes on with what is left", async () => {
  await withMachine(async () => {
    document.body.innerHTML = `<div id="toasts"></div>`;
    const media = new Media();
    const call = /** @type {any} */ (Object.assign(new EventTarget(), { media }));
    const said = () => document.querySelector("#toasts")?.textContent?.trim() ?? "";
    const fail = (source, name) => sayWhyNot(call, new DOMException("", name), source);
    fail("microphone", "NotFoundError");
    fail("camera", "NotReadableError");
    equal(said(), "No microphone was found. Plug one in, or just listen. The camera does not start. Another program may be using it: close that, then try again.");
    equal(document.querySelectorAll(".toast").length, 1);
    await media.turnOn("camera");
    equal(said(), "No microphone was found. Plug one in, or just listen.");
    media.turnOff("camera");
    document.querySelector(".toast-close")?.click();
    fail("camera", "NotAllowedError");
    equal(said(), "The browser may not use the camera. Allow it in the address bar, then try again.", "what was closed is known");
    fail("microphone", "NotAllowedError");
    equal(said(), "The browser may use neither camera nor microphone. Allow both in the address bar, then try again.");
    fail("camera", "SecurityError");
    fail("microphone", "SecurityError");
    equal(said(), "Camera and microphone work on secure pages only. Open this page with https.", "the same is said once");
    call.dispatchEvent(new Event("over"));
    equal(said(), "");
    media.end();
  });
});

test("a screen that is shared no longer is no loss, and neither is what did not go out", () => {
  const media = new Media();
  const lost = [];
  media.addEventListener("lost", ({ detail }) => lost.push(detail));
  return withMachine(async ({ pull }) => {
    Object.defineProperty(navigator.mediaDevices, "getDisplayMedia", { configurable: true, value: async () => ({ getVideoTracks: () => [picture()], getAudioTracks: () => [] }) });
    await media.share();
    delete (/** @type {any} */ (navigator.mediaDevices).getDisplayMedia);
    pull(/** @type {any} */ (media.tracks.screen));
    await media.turnOn("camera");
    /** @type {any} */ (media.tracks.camera).enabled = false;
    pull(/** @type {any} */ (media.tracks.camera));
    equal([lost, media.tracks.screen, media.tracks.camera], [[], null, null]);
  });
});

test("the choice of devices in a call follows what is plugged in while it is open", async () => {
  await withMachine(async ({ plug }) => {
    const media = new Media();
    showDevices(/** @type {any} */ ({ media, may: () => true, takesPrograms: false, sounds: { move() {} } }));
    await settle();
    const names = () => [...document.querySelectorAll("#call-other-camera option")].map(({ textContent }) => textContent);
    equal(names(), ["Desk"]);
    await plug("Desk", "Door");
    equal(names(), ["Desk", "Door"]);
    const dialog = document.querySelector("dialog");
    const over = new Promise((resolve) => dialog.addEventListener("close", resolve));
    dialog.close();
    await over;
    await plug("Desk");
    equal(dialog.querySelectorAll("option").length, 2, "it is closed");
  });
});
