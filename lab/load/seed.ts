// Writes many keys in one region and reads them in the other: npx tsx lab/load/seed.ts --url … --verify-url … --count
// 300000 …
import { parseEndpoint } from "./connection";
import { CONNECTION_FLAGS, Flags, runCommand } from "./flags";
import { ReadBack } from "./readBack";
import { verifySeed, writeSeed } from "./seedKeys";
import { readTarget } from "./target";

const TABLE = {
  ...CONNECTION_FLAGS,
  "verify-url": { help: "redis://HOST:PORT where every key must arrive" },
  prefix: { help: "the keys' prefix, such as cache:seed:" },
  run: { help: "part of every value", default: Date.now().toString(36) },
  count: { help: "how many keys", default: "300000" },
  wait: { help: "seconds for the last key to arrive", default: "60" },
} as const;

void runCommand(async (argv) => {
  const flags = new Flags(TABLE, argv);
  const { endpoint, credentials } = readTarget(flags);
  const verifyEndpoint = flags.parsed("verify-url", parseEndpoint) ?? endpoint;
  const options = { prefix: flags.text("prefix"), run: flags.text("run"), count: flags.integer("count", 1, 5_000_000) };
  const waitMs = flags.integer("wait", 1, 600) * 1_000;
  flags.check();
  const written = await writeSeed(endpoint, credentials, options);
  const verified = await verifySeed(new ReadBack(verifyEndpoint, credentials, waitMs), options, waitMs);
  return { result: { written, verified }, exitCode: verified.present === options.count ? 0 : 1 };
});
