import { describeLog } from "../world/log";
import type { World } from "../world/world";
import type { Between, Deed, Event } from "./deed";

function describeDeed(deed: Deed, names: readonly string[]): string {
  const name = (site: number): string => names[site] ?? `site ${site}`;
  switch (deed.kind) {
    case "command": {
      const between =
        deed.between === null ? "" : `; at its request ${deed.at}: ${describeBetween(deed.between, names)}`;
      return `dragonfly-dr ${deed.line}${between}`;
    }
    case "link cut":
    case "link mended":
      return deed.kind;
    case "one way cut":
      return `nothing passes from ${name(deed.from)} to ${name(deed.to)}`;
    case "volume":
      return `${name(deed.site)}'s volume: ${deed.mode}`;
    case "api":
      return `${name(deed.site)}'s API server: ${deed.mode}`;
    case "stream":
      return `what ${name(deed.site)} follows ${deed.stalled ? "does not arrive" : "arrives again"}`;
    case "memory":
      return `${name(deed.site)}'s memory limit ${deed.small ? "is below what the data needs" : "is raised"}`;
    case "trap":
      return `before step ${deed.steps} of what ${name(deed.site)}'s guard does next: ${deed.what}`;
    case "time":
      return `${deed.ms} ms pass`;
    default:
      return `${name(deed.site)}: ${deed.kind}`;
  }
}

function describeBetween(between: Between, names: readonly string[]): string {
  switch (between.kind) {
    case "killed":
      return "the command is killed";
    case "request":
      return `the request fares thus: ${between.fault}`;
    case "beside":
      return `somebody else runs ${between.line}`;
    case "deed":
      return describeDeed(between.deed, names);
  }
}

export const describeEvent = (event: Event, names: readonly string[]): string =>
  `${describeDeed(event.deed, names)} (${event.then})`;

/** One line a site, as an operator would see it, and what its server really holds. */
export function describeWorld(w: World): string[] {
  return w.sites.map(({ name, api, server, guard, disk }) => {
    const spec = api.object?.spec;
    const role = spec === undefined ? "no object" : `${spec.role} ${spec.epoch}${spec.mode ? ` ${spec.mode}` : ""}`;
    const doing = `${server?.frozen === true ? " frozen" : ""}${server?.syncing === true ? " syncing" : ""}`;
    const process = server === null ? "no server" : `${server.run} ${server.role} ${server.door}${doing}`;
    const failure = guard?.result.failure == null ? "" : ` [failed: ${guard.result.failure}]`;
    const decision = guard?.result.decision;
    const says = decision === undefined ? "no guard" : `${decision.phase}: ${decision.reason}${failure}`;
    const holds = `holds ${describeLog(server?.data.log ?? null)}, dump ${describeLog(disk.main?.log ?? null)}`;
    return `${name}: ${role}; ${process}; ${holds}; ${says}`;
  });
}
