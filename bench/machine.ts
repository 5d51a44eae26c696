import { cpus, loadavg, totalmem } from "node:os";
import { readFileSync } from "node:fs";

/** The machine that a figure comes from, as one line. */
export function describeMachine(now = new Date()): string {
  const [first] = cpus();
  const kernel = readFileSync("/proc/sys/kernel/osrelease", "utf8").trim();
  const [load] = loadavg();
  return (
    `${cpus().length} cores (${first?.model ?? "unknown"}), ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ` +
    `${kernel}, Node ${process.versions.node}, load ${(load ?? 0).toFixed(1)} at the start; ` +
    `${now.toISOString().slice(0, 10)}`
  );
}
