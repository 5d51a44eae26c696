import { fetchForDrill, prove } from "./drill";
import { run } from "./run";

const COMMANDS: Readonly<Record<string, () => Promise<void>>> = { run, fetch: fetchForDrill, prove };

const command = COMMANDS[process.argv[2] ?? ""];
if (command === undefined) {
  process.stderr.write(`snapshots: run, fetch or prove\n`);
  process.exit(2);
}
command().catch((error: Error) => {
  process.stderr.write(`${new Date().toISOString()} failed: ${error.message}\n`);
  process.exit(1);
});
