// Counts acknowledged writes that are not there: npx tsx lab/load/checker.ts --url redis://HOST:PORT --user U
// --password-file F --ack-log FILE …
// A process of its own, which knows nothing but the logs: exit code 1 when a write was lost or none was acknowledged.
import { readAckLog } from "./ackLog";
import { checkLoad } from "./checkLoad";
import { CONNECTION_FLAGS, Flags, runCommand } from "./flags";
import { ReadBack } from "./readBack";
import { readTarget } from "./target";

const TABLE = {
  ...CONNECTION_FLAGS,
  "ack-log": { help: "a log of the writer; may be given several times" },
  wait: { help: "seconds to wait for the endpoint to answer", default: "30" },
} as const;

void runCommand(async (argv) => {
  const flags = new Flags(TABLE, argv);
  const { endpoint, credentials } = readTarget(flags);
  const paths = flags.all("ack-log");
  const waitSeconds = flags.integer("wait", 0, 600);
  flags.check();
  const logs = await Promise.all(paths.map(readAckLog));
  const report = await checkLoad(logs, new ReadBack(endpoint, credentials, waitSeconds * 1_000));
  const nothingLost = report.acknowledged > 0 && report.missing + report.wrong === 0;
  return { result: report, exitCode: nothingLost ? 0 : 1 };
});
