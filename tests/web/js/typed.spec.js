import { keepTyped } from "fairmatch/kit/typed";
import { equal, test } from "/harness.js";

const PAGE = `
  <form method="post" action="/talks"><input name="title" value=""><textarea name="about">as it was</textarea>
    <select name="day"><option value="0">Monday</option><option value="1">Tuesday</option></select>
    <input type="checkbox" name="tick" value="a"><input type="checkbox" name="tick" value="b" checked>
    <input type="hidden" name="version" value="1"><input type="password" name="secret"></form>
  <form method="post" action="/rooms"><input name="name" value=""><input type="file" name="plan"></form>
  <form method="post" action="/rooms"><input name="name" value=""></form>
  <form method="get" action="/search"><input name="q" value=""></form>
  <fm-island><form method="post" action="/chat"><textarea name="text"></textarea></form></fm-island>
  <turbo-frame id="own"><form method="post" action="/photo"><input name="said"></form></turbo-frame>`;

const control = (form, name, at = 0) => [...document.forms[form].elements].filter((one) => one.name === name)[at];
const tell = (type, detail = {}) => document.dispatchEvent(new CustomEvent(`turbo:${type}`, { detail }));

/** The form is sent, and the page comes anew. */
function send(form, { success = true, page = PAGE } = {}) {
  tell("submit-start", { formSubmission: { formElement: document.forms[form] } });
  tell("submit-end", { success });
  document.body.innerHTML = page;
  tell("render");
  if (success) tell("load");
}

function typeAll() {
  document.body.innerHTML = PAGE;
  control(0, "title").value = "Depots at night";
  control(0, "about").value = "Forty buses";
  control(0, "day").value = "1";
  control(0, "tick", 0).checked = true;
  control(0, "tick", 1).checked = false;
  control(0, "version").value = "9";
  control(0, "secret").value = "secret";
  control(2, "name").value = "the second one";
  control(3, "q").value = "chargers";
  control(4, "text").value = "hello";
}

const shown = () => [
  control(0, "title").value, control(0, "about").value, control(0, "day").value,
  control(0, "tick", 0).checked, control(0, "tick", 1).checked, control(2, "name").value,
];
const TYPED = ["Depots at night", "Forty buses", "1", true, false, "the second one"];
const FRESH = ["", "as it was", "0", false, true, ""];

test("what was typed into other forms is there again once one was sent", () => {
  for (const success of [true, false]) {
    typeAll();
    const heard = [];
    document.addEventListener("input", (event) => heard.push(event.target.name), { once: true });
    control(1, "name").value = "Hall 1";
    send(1, { success });
    equal(shown(), TYPED);
    equal(control(1, "name").value, "", "what was sent is the server's to show");
    equal(heard, ["title"]);
    equal([control(0, "version").value, control(0, "secret").value], ["1", ""]);
    equal([control(3, "q").value, control(4, "text").value], ["", ""], "a search, and what an island keeps itself");
  }
});

test("where a form is gone nothing is put, and one's own words stand before what came meanwhile", () => {
  typeAll();
  const page = PAGE.replace('action="/rooms"><input name="name" value=""></form>', 'action="/halls"><input name="name" value=""></form>');
  send(1, { page: page.replace("as it was", "what a colleague wrote") });
  equal([control(0, "about").value, control(2, "name").value], ["Forty buses", ""]);
});

const ERROR = `<div class="error-page"><h1>Nothing was saved</h1></div>`;

test("what was sent in vain is there again on the way back from an error, and on no other page", () => {
  for (const [path, wanted] of [[location.pathname, TYPED], ["/elsewhere", FRESH]]) {
    typeAll();
    const before = location.href;
    send(0, { success: false, page: ERROR });
    history.replaceState(null, "", path);
    document.body.innerHTML = PAGE;
    tell("render");
    tell("load");
    equal(shown(), wanted);
    document.body.innerHTML = PAGE;
    tell("render");
    equal(shown(), FRESH, "once");
    history.replaceState(null, "", before);
  }
});

test("what is typed while a page is loaded anew stays also where the first answer is an error", () => {
  typeAll();
  tell("visit");
  keepTyped();
  for (const page of [ERROR, ERROR, PAGE]) {
    tell("before-render");
    document.body.innerHTML = page;
    tell("render");
    tell("load");
    tell("visit");
  }
  equal(shown(), TYPED);
});

test("what was not sent is forgotten with the next page", () => {
  typeAll();
  send(1);
  document.body.innerHTML = PAGE;
  tell("render");
  tell("load");
  equal(shown(), FRESH);
});

test("a form that was refused, and one of a frame or a search, leave nothing behind for later pages", () => {
  for (const form of [1, 3, 5]) {
    typeAll();
    tell("submit-start", { formSubmission: { formElement: document.forms[form] } });
    tell("submit-end", { success: false });
    if (form === 1) tell("render");
    document.body.innerHTML = PAGE;
    tell("render");
    equal(shown(), FRESH);
  }
});

test("a file that was chosen stays chosen", () => {
  document.body.innerHTML = PAGE;
  const chosen = new DataTransfer();
  chosen.items.add(new File(["plan"], "plan.pdf"));
  control(1, "plan").files = chosen.files;
  send(0);
  equal([...control(1, "plan").files].map(({ name }) => name), ["plan.pdf"]);
});

test("what is being written stays where the page is loaded anew by itself, also within an island that says so", () => {
  const page = `<fm-room><form method="post" action="/outcome" data-typed><input name="step"><textarea name="note"></textarea></form></fm-room>`;
  document.body.innerHTML = page;
  control(0, "step").value = "Send curves";
  control(0, "note").focus();
  tell("visit");
  keepTyped();
  control(0, "note").value = "Knows Depots"; // the answer takes a moment
  control(0, "note").setSelectionRange(6, 8);
  tell("before-render");
  document.body.innerHTML = page;
  tell("render");
  tell("load");
  equal([control(0, "step").value, control(0, "note").value], ["Send curves", "Knows Depots"]);
  equal(document.activeElement?.getAttribute("name"), "note");
  equal([control(0, "note").selectionStart, control(0, "note").selectionEnd], [6, 8]);
});

test("where the page did not come by itself, the next one that is looked for begins empty", () => {
  typeAll();
  tell("visit");
  keepTyped();
  tell("visit"); // a link: the first one did not arrive
  tell("before-render");
  document.body.innerHTML = PAGE;
  tell("render");
  equal(shown(), FRESH);
});
