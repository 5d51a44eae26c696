import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";

/** Who runs this command, as leaseConflicts see it in a refusal: user, machine and process. */
export const holderName = (): string => `${userName()}@${hostname()}/${process.pid}`;

/** Whether `holder` was a process of this machine that is gone. */
export function hasEnded(holder: string): boolean {
  const match = /^(.*)@(.*)\/(\d+)$/.exec(holder);
  if (match === null || match[2] !== hostname()) return false;
  const pid = Number(match[3]);
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return isZombie(pid);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}

/** Killed, and its parent has not looked yet: a signal still finds it. */
function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env["USER"] ?? "somebody";
  }
}
