import { _ } from "fairmatch/i18n";
import { onPage } from "fairmatch/kit/page";
import { toast } from "fairmatch/kit/toast";
import { storageOf } from "fairmatch/live/kept";

/** A word that is carried over to the page for signing in, where nobody is signed in and nothing is live. */

const ENDED = "fairmatch:ended:";

/** The session was ended elsewhere. */
export function noteEnd() {
  storageOf("sessionStorage").setItem(ENDED, "yes");
}

function tellWhy() {
  const tab = storageOf("sessionStorage");
  if (document.querySelector("meta[name=fairmatch-person]") || !tab.getItem(ENDED)) return;
  tab.removeItem(ENDED);
  toast(_("You were signed out on this device. Sign in again to go on."), { error: true });
}

onPage(tellWhy);
