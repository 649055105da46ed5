import { _ } from "fairmatch/i18n";
import { tilesOf } from "fairmatch/call/tiles";

/** Why one sees nobody else in a call; "" where one does. @param {import("./call.js").Call} call */
export function whyAlone(call) {
  if (call.isOnStage) {
    const { screens, people } = tilesOf(call);
    return screens.length + people.length ? "" : _("Nobody is on the stage yet.");
  }
  return call.others.length ? "" : whatBecame(call) || _("Nobody else is here yet.");
}

/** How it stands with whom one rang, or met. @param {import("./call.js").Call} call */
export function whatBecame({ isOnStage, others, ringing, signs }) {
  return others.length || isOnStage ? "" : ringing || signs.gone;
}
