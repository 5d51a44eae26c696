import { readFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";

/** The machine that figures come from, in a line. */
export function describeMachine(engine: string): string {
  const kernel = readFileSync("/proc/sys/kernel/osrelease", "utf8").trim();
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = (loadavg()[0] ?? 0).toFixed(1);
  const day = new Date().toISOString().slice(0, 10);
  const processor = `${cpus().length} cores (${cpus()[0]?.model ?? "unknown"})`;
  return `${engine}, ${processor}, ${memory} GiB, Linux ${kernel}, load ${load} at the start, ${day}`;
}
