/** Calls on every page: being rung, and the small window, which comes once there is something in it. */

import "fairmatch/call/rung";
import { calls, current, interrupted } from "fairmatch/call/current";
import { onPage } from "fairmatch/kit/page";

function wake() {
  if (current() || interrupted()) void import("fairmatch/call/dock");
}

calls.addEventListener("change", wake);
onPage(wake);
