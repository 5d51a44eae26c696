import { runCommand } from "../command/run";
import { carryOut } from "../events/carryOut";
import { command } from "../events/deed";
import { rest } from "../events/rest";
import type { Rules } from "../guard/turn";
import { describeLog, holds, type Log } from "../world/log";
import { takesWrites } from "../world/invariants";
import { cloneWorld, siteAt, violate, type World } from "../world/world";

const MOST_COMMANDS = 6;
const FLAGS = new Set(["accept-loss", "accept-partial", "yes", "force", "no-wait"]);
const SITE_FLAGS = new Set(["to", "site", "primary"]);
const COMMAND = /\b(init|switchover|failover|failback|serve|peer-lost|restore)((?: --[a-z-]+(?: (?!--)[\w@./-]+)?)+)/g;

/**
 * The commands that a text names, whole. Where one names no site (`SITE`, `the site that is to serve`) it stands for
 * each, in the order of `sites`: an operator begins with the one whose data is newest.
 */
export function namedIn(text: string, sites: readonly string[]): string[] {
  const found: string[] = [];
  for (const [, name, options] of text.matchAll(COMMAND)) {
    const args = (options ?? "").trim().split(/ (?=--)/);
    const fixed: string[] = [];
    let open: string | null = null;
    for (const arg of args) {
      const [flag = "", word] = arg.split(" ");
      const value = word?.replace(/[.,;:]$/, "");
      if (FLAGS.has(flag.slice(2)) || value === undefined) fixed.push(flag);
      else if (SITE_FLAGS.has(flag.slice(2)) && !sites.includes(value)) open = flag;
      else fixed.push(`${flag} ${value}`);
    }
    const line = [name, ...fixed].join(" ");
    found.push(...(open === null ? [line] : sites.map((site) => `${line} ${open} ${site}`)));
  }
  return [...new Set(found)];
}

/** The sites' names, the one first whose data is the newest by what `status` shows. */
function newestFirst(w: World): string[] {
  const version = (index: number): number => {
    const shown = siteAt(w, index).api.object?.status?.dataVersion;
    return shown == null ? -1 : shown.epoch * 1e9 + shown.sequence;
  };
  return [...w.sites.keys()].sort((a, b) => version(b) - version(a)).map((i) => siteAt(w, i).name);
}

/** Everything that can be mended from outside is mended. */
export function mend(w: World, rules: Rules): void {
  w.trap = null;
  carryOut(w, { kind: "link mended" }, rules);
  for (const [site, { api, disk, server }] of w.sites.entries()) {
    api.mode = "well";
    disk.mode = "well";
    carryOut(w, { kind: "memory", site, small: false }, rules);
    carryOut(w, { kind: "stream", site, stalled: false }, rules);
    if (server?.frozen === true) carryOut(w, { kind: "server thawed", site }, rules);
    if (disk.state === "torn") disk.state = null;
  }
}

/** Why these sites are not one primary with copies in sync; null when they are. */
export function unwell(w: World): string | null {
  const open = w.sites.flatMap((_, i) => (takesWrites(w, i) ? [i] : []));
  const [primary] = open;
  if (primary === undefined || open.length !== 1) return `${open.length} sites take writes`;
  const source = siteAt(w, primary).server;
  for (const [i, { name, server }] of w.sites.entries()) {
    if (i === primary) continue;
    if (server?.role !== "replica" || server.attached !== source?.run || server.syncing)
      return `${name} does not follow`;
    if (!holds(server.data.log, source?.data.log?.base ?? null)) return `${name} is far behind`;
  }
  return null;
}

/**
 * Invariant 6: all parts mended, what `status` and the messages name leads to one primary and copies in sync, and keeps
 * the best data that there was. @returns the commands that were followed.
 */
export async function recover(
  from: World,
  rules: Rules,
  tell: (line: string, said: string, world: World) => void = () => undefined,
): Promise<{ readonly world: World; readonly lines: string[] }> {
  const w = cloneWorld(from);
  mend(w, rules);
  rest(w, rules);
  const best = bestOf(w);
  const lines: string[] = [];
  let said = "";
  while (w.violation === null) {
    const { ending } = await runCommand(w, command("status"), rules);
    tell("status", ending.text, w);
    const problem = unwell(w);
    if (ending.code === 0) {
      if (problem !== null) violate(w, 6, `status says healthy, and ${problem}`);
      break;
    }
    const names = newestFirst(w);
    const problems = ending.text.split("\n").filter((line) => line.startsWith("! "));
    // What the last command said comes first, then what status asks for, then what the guards say.
    const named = [said, problems.join("\n"), ending.text].flatMap((text) => namedIn(text, names));
    const next = named.find((line) => !lines.includes(line));
    if (next === undefined || lines.length >= MOST_COMMANDS) {
      const why = named.length === 0 ? "status names no command" : `${lines.join(", ")} lead nowhere`;
      violate(w, 6, `${why}: ${problems.join(" ")}`);
      break;
    }
    lines.push(next);
    // There is nobody to ask here: who follows an advice has made up his mind.
    const ran = await runCommand(w, command(next.startsWith("restore") ? `${next} --yes` : next), rules);
    said = ran.ending.code === 0 ? "" : ran.ending.text;
    rest(w, rules);
    tell(next, ran.ending.text, w);
  }
  if (w.violation === null && best !== null) {
    const served = w.sites.findIndex((_, i) => takesWrites(w, i));
    const held = served < 0 ? null : (siteAt(w, served).server?.data.log ?? null);
    if (!holds(held, best) && !lines.some((l) => l.includes("accept-loss") || l.startsWith("restore")))
      violate(w, 6, `following ${lines.join(", ")} loses ${describeLog(best)}: ${describeLog(held)} is served`);
  }
  return { world: w, lines };
}

/** The data that holds everything that any server has; null where none does. */
function bestOf(w: World): Log | null {
  const logs = w.sites.map((s) => s.server?.data.log ?? null);
  return logs.find((log) => log !== null && logs.every((other) => holds(log, other))) ?? null;
}
