import { runCommand } from "../command/run";
import { carryOut } from "../events/carryOut";
import { command } from "../events/deed";
import { rest } from "../events/rest";
import type { Rules } from "../guard/turn";
import { describeLog, holds } from "../world/log";
import { takesWrites } from "../world/invariants";
import { cloneWorld, siteAt, violate, type World } from "../world/world";

const MOST_COMMANDS = 6;
const FLAGS = new Set(["accept-loss", "accept-partial", "yes", "force", "no-wait"]);
const COMMAND = /\b(init|switchover|failover|failback|serve|peer-lost|restore)((?: --[a-z-]+(?: (?!--)[\w@./-]+)?)+)/g;

/** The commands that a text names, whole: those with a word in capitals stand for any site. */
export function namedIn(text: string, sites: readonly string[]): string[] {
  const found: string[] = [];
  for (const [, name, options] of text.matchAll(COMMAND)) {
    const parts = (options ?? "").trim().split(/ (?=--)/);
    const args = parts.map((part) => {
      const [flag = "", value] = part.split(" ");
      return FLAGS.has(flag.slice(2)) || value === undefined ? flag : `${flag} ${value.replace(/[.,;:]$/, "")}`;
    });
    const line = `${name} ${args.join(" ")}`;
    const known = args.every((a) => !/^--(to|site|primary) /.test(a) || sites.includes(a.split(" ")[1] ?? ""));
    if (known) found.push(line);
    else if (/ SITE$/.test(line)) found.push(...sites.map((site) => line.replace(/SITE$/, site)));
  }
  return [...new Set(found)];
}

/** Everything that can be mended from outside is mended. */
export function mend(w: World, rules: Rules): void {
  w.trap = null;
  carryOut(w, { kind: "link mended" }, rules);
  for (const [site, { api, disk, server }] of w.sites.entries()) {
    api.mode = "well";
    disk.mode = "well";
    carryOut(w, { kind: "memory", site, small: false }, rules);
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
  const names = w.sites.map((s) => s.name as string);
  const best = bestOf(w);
  const lines: string[] = [];
  let text = "";
  for (let i = 0; w.violation === null; i++) {
    const status = await runCommand(w, command("status"), rules);
    tell("status", status.ending.text, w);
    const problem = unwell(w);
    if (status.ending.code === 0) {
      if (problem !== null) violate(w, 6, `status says healthy, and ${problem}`);
      break;
    }
    const [next] = [
      ...namedIn(status.ending.text.split("\n\n").slice(-1)[0] ?? "", names),
      ...namedIn(status.ending.text, names),
      ...namedIn(text, names),
    ];
    if (next === undefined || i >= MOST_COMMANDS) {
      violate(
        w,
        6,
        `${next === undefined ? "status names no command" : `the commands named lead nowhere (${lines.join(", ")})`}: ${lastLines(status.ending.text)}`,
      );
      break;
    }
    lines.push(next);
    const ran = await runCommand(w, command(next), rules);
    text = ran.ending.text;
    rest(w, rules);
    tell(next, text, w);
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
function bestOf(
  w: World,
): ReturnType<typeof siteAt>["disk"]["main"] extends infer D ? (D extends { log: infer L } ? L : null) | null : never {
  const logs = w.sites.map((s) => s.server?.data.log ?? null);
  return logs.find((log) => log !== null && logs.every((other) => holds(log, other))) ?? null;
}

const lastLines = (text: string): string =>
  text
    .trim()
    .split("\n")
    .filter((l) => l.startsWith("!"))
    .join(" ") || text.trim().slice(-300);
