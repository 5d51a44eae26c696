import { endServer } from "../world/server";
import { siteAt, type World } from "../world/world";

/** Thrown through a guard's turn: the process is gone, with everything that was not on the volume. */
export class GuardDied extends Error {}

/** One step of what a guard does: where something may come between. */
export function step(w: World, index: number): void {
  const { trap } = w;
  if (trap === null || trap.site !== index) return;
  if (trap.steps > 0) {
    trap.steps -= 1;
    return;
  }
  w.trap = null;
  const site = siteAt(w, index);
  switch (trap.what) {
    case "guard dies":
      throw new GuardDied();
    case "server dies":
      endServer(w, index, "killed");
      return;
    case "pod dies":
      endServer(w, index, "killed");
      throw new GuardDied();
    case "volume refuses":
      site.disk.mode = "read-only";
      return;
    case "link is cut":
      for (const [i, row] of w.blocked.entries()) row.forEach((_, j) => (row[j] = i !== j));
      return;
  }
}
