import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "../../labError";
import { PROJECT_ROOT } from "../../paths";
import type { FaultLab } from "../run/faultLab";

/** Runs a command and kills it when its progress says `when`. @throws LabError when it ended before. */
export function killedCommand(w: FaultLab, line: string, when: string): Promise<void> {
  const args = [join(PROJECT_ROOT, "dist/cli/main.js"), ...line.split(" "), ...w.patience(line)];
  appendFileSync(w.deployment.logFile, `\n$ dragonfly-dr ${line} (killed at "${when}")\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: PROJECT_ROOT,
      env: { ...process.env, ...w.deployment.env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    let killed = false;
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      appendFileSync(w.deployment.logFile, text);
      if (!killed && said.includes(when)) killed = child.kill("SIGKILL");
    });
    child.once("error", reject);
    child.once("close", () =>
      killed ? resolve() : reject(new LabError(`${line}: ended before "${when}": ${said.trim().slice(-500)}`)),
    );
  });
}
