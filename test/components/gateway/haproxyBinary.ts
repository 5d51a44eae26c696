import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import type { Program } from "../../unpacked";

/** What `haproxy -c` says. */
export function checkConfiguration(
  { binary, env }: Program,
  file: string,
): { readonly valid: boolean; readonly output: string } {
  try {
    return { valid: true, output: execFileSync(binary, ["-c", "-f", file], { env, stdio: "pipe", encoding: "utf8" }) };
  } catch (error) {
    return { valid: false, output: String((error as { stderr?: unknown }).stderr ?? error) };
  }
}

/** As the gateway's pod does: a master with a worker. */
export const startHaproxy = ({ binary, env }: Program, file: string, master: string): ChildProcess =>
  spawn(binary, ["-W", "-db", "-S", `${master},level,admin`, "-f", file], { env, stdio: "ignore" });
