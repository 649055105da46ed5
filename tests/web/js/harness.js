/** Runs one test of a module in the browser: `test("a sentence", () => ...)` registers it, `run` runs it. */

/** @type {Map<string, () => unknown>} */
const tests = new Map();

/** @param {string} name @param {() => unknown} body */
export function test(name, body) {
  if (tests.has(name)) throw new Error(`two tests are called ${name}`);
  tests.set(name, body);
}

/** @param {string} file @param {string} name */
export async function run(file, name) {
  await import(file);
  const body = tests.get(name);
  if (!body) throw new Error(`${file} has no test ${name}`);
  document.body.replaceChildren();
  await body();
}

/** Compares by content. @param {unknown} actual @param {unknown} expected @param {string} [what] */
export function equal(actual, expected, what = "") {
  const [got, wanted] = [shown(actual), shown(expected)];
  if (got !== wanted) throw new Error(`${what}\n  got      ${got}\n  expected ${wanted}`);
}

/** @param {unknown} condition @param {string} what */
export function ok(condition, what) {
  if (!condition) throw new Error(what);
}

/** Lets everything run that waits for promises only. */
export async function settle() {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** @param {unknown} value */
function shown(value) {
  return JSON.stringify(value, (_key, one) => (one === Infinity ? "Infinity" : one === undefined ? "undefined" : one));
}
