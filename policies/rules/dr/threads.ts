import { violation, type Rule } from "../../rule";
import { threads } from "../server/quantities";
import { eachPair } from "./sites";

export const sameThreads: Rule = {
  name: "dr-threads",
  family: "dr",
  level: "mandatory",
  severity: "medium",
  description:
    "Both sites run the same engine with the same number of threads: as many shards, and the same speed " +
    "after a switchover.",
  reads: "engine and threads of both stacks' servers",
  remedy: "Set server.engine and server.threads to the same in every stack.",
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/high-availability",
  configSchema: {},
  *judge(deployment) {
    yield* eachPair(deployment, function* (one, other) {
      const subject = { resource: other.cache.resource };
      if (one.cache.engine !== other.cache.engine)
        yield violation(
          subject,
          `runs ${other.cache.engine}, stack ${one.stack.name} runs ${one.cache.engine}: they cannot replicate`,
          { config: ["server", "engine"] },
        );
      const [ours, theirs] = [threads(one.cache), threads(other.cache)];
      if (ours !== theirs)
        yield violation(
          subject,
          `has ${theirs ?? "no set number of"} threads, stack ${one.stack.name} has ${ours ?? "no set number"}`,
          { config: ["server", "threads"] },
        );
    });
  },
};
