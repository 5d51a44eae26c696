// Writes numbered keys and logs each acknowledgement: npx tsx lab/load/writer.ts --url redis://HOST:PORT --user U
// --password-file F …
import { AckLog } from "./ackLog";
import { CONNECTION_FLAGS, Flags, runCommand } from "./flags";
import { readTarget } from "./target";
import { WriteLoad } from "./writeLoad";

const TABLE = {
  ...CONNECTION_FLAGS,
  prefix: { help: "the keys' prefix, such as cache:run1:" },
  run: { help: "the run's id, part of every value", default: `${Date.now().toString(36)}-${process.pid}` },
  rate: { help: "writes a second, or max", default: "max" },
  seconds: { help: "how long to write" },
  "max-writes": { help: "end after so many writes", default: "5000000" },
  connections: { help: "how many connections", default: "4" },
  pipeline: { help: "writes sent together on a connection", default: "1" },
  "first-number": { help: "the first number", default: "0" },
  "reconnect-ms": { help: "wait before connecting anew", default: "20" },
  "ack-log": { help: "the file for acknowledgements; must not exist" },
} as const;

void runCommand(async (argv) => {
  const flags = new Flags(TABLE, argv);
  const rate = flags.text("rate") === "max" ? "max" : flags.integer("rate", 1, 1_000_000);
  const header = { run: flags.text("run"), prefix: flags.text("prefix") };
  const logPath = flags.text("ack-log");
  const options = {
    ...readTarget(flags),
    header,
    rate,
    seconds: flags.integer("seconds", 1, 3_600),
    maxWrites: flags.integer("max-writes", 1, 20_000_000),
    connections: flags.integer("connections", 1, 64),
    pipeline: flags.integer("pipeline", 1, 1_000),
    firstNumber: flags.integer("first-number", 0, Number.MAX_SAFE_INTEGER),
    reconnectMs: flags.integer("reconnect-ms", 1, 50),
  } as const;
  flags.check();
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const result = await new WriteLoad(options, new AckLog(logPath, header)).run(stop.signal);
  return { result, exitCode: result.acked > 0 ? 0 : 1 };
});
