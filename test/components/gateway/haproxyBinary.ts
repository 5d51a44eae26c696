import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import type { Program } from "../../unpacked";

/** What `haproxy -c` says. */
export function checkConfiguration({ binary, env }: Program, file: string): { readonly valid: boolean; readonly output: string } {
  try {
    return { valid: true, output: execFileSync(binary, ["-c", "-f", file], { env, stdio: "pipe", encoding: "utf8" }) };
  } catch (error) {
    return { valid: false, output: String((error as { stderr?: unknown }).stderr ?? error) };
  }
}

export const startHaproxy = ({ binary, env }: Program, file: string): ChildProcess => spawn(binary, ["-db", "-f", file], { env, stdio: "ignore" });
