/** Calls on every page: being rung, and the small window, which comes once there is something in it. */

import "fairmatch/call/rung";
import { calls, current, interrupted } from "fairmatch/call/current";
import { onPage } from "fairmatch/kit/page";

function wake() {
  if (current() || interrupted()) import("fairmatch/call/dock").catch(() => {}); // else with the next change
}

calls.addEventListener("change", wake);
onPage(wake);
