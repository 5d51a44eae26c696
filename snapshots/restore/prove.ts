import { HEARTBEAT_KEY, parseHeartbeat } from "../../contract/heartbeat";
import { compareDataVersions } from "../../contract/epochs";
import type { Manifest } from "../manifest";
import { readCounts } from "../server/counts";
import type { Connection } from "../server/connection";
import { identity, readAgain, sampleChecksum } from "../server/sample";

/** What a restored server was compared in. */
export interface Proof {
  readonly keys: number;
  readonly sampled: number;
}

/** Every way in which a server that has loaded a snapshot is not what its manifest says; empty when it is. */
export async function differences(
  server: Connection,
  manifest: Manifest,
): Promise<{ readonly problems: readonly string[]; readonly proof: Proof }> {
  const problems: string[] = [];
  const counts = await readCounts(server);
  for (const db of new Set([...Object.keys(manifest.keys), ...Object.keys(counts)])) {
    const has = counts[db] ?? 0;
    const { least, most } = manifest.keys[db] ?? { least: 0, most: 0 };
    if (has < least || has > most)
      problems.push(
        `database ${db} has ${has} keys without expiry, the manifest says ` +
          `${least === most ? least : `${least} to ${most}`}`,
      );
  }
  await server.call("SELECT", 0);
  const beat = parseHeartbeat(String(await server.call("GET", HEARTBEAT_KEY)));
  const { least, most } = manifest.dataVersion;
  if (beat === null) problems.push("there is no heartbeat in the data");
  else if (compareDataVersions(beat, least) < 0 || compareDataVersions(beat, most) > 0) {
    problems.push(
      `the data version is ${beat.epoch}/${beat.sequence}, the manifest says ${least.epoch}/${least.sequence} ` +
        `to ${most.epoch}/${most.sequence}`,
    );
  }
  const { keys } = manifest.sample;
  if (sampleChecksum(keys) !== manifest.sample.sha256)
    problems.push("the manifest's sample does not have the manifest's checksum");
  const found = new Set((await readAgain(server, keys)).map(identity));
  const missing = keys.filter((key) => !found.has(identity(key))).length;
  if (missing > 0) problems.push(`${missing} of ${keys.length} sampled keys are missing or have another value`);
  return { problems, proof: { keys: Object.values(counts).reduce((sum, n) => sum + n, 0), sampled: keys.length } };
}
