import { booleanFlag } from "../../model/flags";
import { violation, type Rule } from "../../rule";
import { eachCache } from "../each";

export const versionCheck: Rule = {
  name: "server-version-check",
  family: "server",
  level: "mandatory",
  severity: "low",
  description: "Dragonfly does not call home at start.",
  reads: "the server's flags",
  remedy: "Start the server with --version_check=false.",
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/flags",
  configSchema: {},
  judge: (deployment) =>
    eachCache(deployment, function* (cache) {
      if (cache.engine !== "dragonfly" || booleanFlag(cache.flags, "version_check") === false) return;
      yield violation(
        { resource: cache.resource },
        "version_check is not false: the server asks the internet for its version at every start",
      );
    }),
};
