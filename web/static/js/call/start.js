/** Calls on every page: being rung, and the small window, which comes once there is something in it. */

import "fairmatch/call/rung";
import { calls, current, interrupted } from "fairmatch/call/current";
import { later } from "fairmatch/kit/later";
import { onPage } from "fairmatch/kit/page";

function wake() {
  if (current() || interrupted()) void later(() => import("fairmatch/call/dock"));
}

calls.addEventListener("change", wake);
onPage(wake);
