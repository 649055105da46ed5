// What notices/worker.js uses of a service worker's world: the library of that world and the DOM's exclude each other.

interface PushWaiting extends Event {
  readonly data: { json(): any } | null;
  waitUntil(work: Promise<unknown>): void;
}

interface NotificationTouched extends Event {
  readonly notification: Notification;
  waitUntil(work: Promise<unknown>): void;
}

interface PushWorker {
  readonly location: Location;
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    matchAll(which: { type: "window"; includeUncontrolled: boolean }): Promise<{ url: string; focus(): Promise<unknown> }[]>;
    openWindow(url: string): Promise<unknown>;
  };
  addEventListener(type: "push", listener: (event: PushWaiting) => void): void;
  addEventListener(type: "notificationclick", listener: (event: NotificationTouched) => void): void;
}
