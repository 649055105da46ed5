/**
 * The service worker of push notices: it shows what comes, and opens the page that it is about. It stands before no
 * page, loads nothing and keeps nothing.
 *
 * @typedef {{ title: string, body: string, path: string, tag: string }} Notice
 */

const worker = /** @type {PushWorker} */ (/** @type {unknown} */ (self));

worker.addEventListener("push", (event) => {
  const { title, body, path, tag } = read(event.data);
  const options = { body, tag, renotify: true, data: { path } }; // one that takes another's place is heard again
  event.waitUntil(worker.registration.showNotification(title, options));
});

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.path));
});

/**
 * What came. Browsers want something to be shown for each push, so what cannot be read is shown by our name.
 * @param {{ json(): any } | null} data
 * @returns {Notice}
 */
function read(data) {
  try {
    const { title, body, path, tag } = data?.json() ?? {};
    return { title: String(title || "Fairmatch"), body: String(body ?? ""), path: String(path ?? "/"), tag: String(tag || "notice") };
  } catch {
    return { title: "Fairmatch", body: "", path: "/", tag: "notice" };
  }
}

/**
 * A page of ours and of nobody else: in the window that shows it already, else in a new one.
 * @param {unknown} path
 */
async function open(path) {
  const target = new URL(typeof path === "string" ? path : "/", worker.location.origin);
  if (target.origin !== worker.location.origin) return;
  const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((each) => each.url === target.href);
  await (there ? there.focus() : worker.clients.openWindow(target.href));
}
