import { imageName } from "../../model/cache";
import { text } from "../../model/value";
import { violation, type Rule } from "../../rule";
import { eachCache } from "../each";
import { tagOf } from "./images";

const LEAST = [1, 37] as const;

/** Trap: v1.36 starts empty where the dump's name holds a placeholder. */
export const version: Rule = {
  name: "server-version",
  family: "server",
  level: "mandatory",
  severity: "high",
  description: `Dragonfly is v${LEAST.join(".")} or later: older versions do not find their own dumps.`,
  reads: "the tag of the server's image",
  remedy: "Use a later image; the operator's default is not one.",
  link: "https://github.com/dragonflydb/dragonfly/releases",
  configSchema: {},
  judge: (deployment) =>
    eachCache(deployment, function* (cache) {
      const image = cache.engine === "dragonfly" ? text(cache.container.body, "image") : undefined;
      if (image === undefined || imageName(image) !== "dragonfly") return;
      const found = /^v?(\d+)\.(\d+)(\.|-|$)/.exec(tagOf(image) ?? "");
      if (found === null) return;
      const [major, minor] = [Number(found[1]), Number(found[2])];
      if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return;
      yield violation(
        { resource: cache.resource, part: `container ${cache.container.name}` },
        `Dragonfly v${major}.${minor} is older than v${LEAST.join(".")}`,
        { config: ["server", "image"] },
      );
    }),
};
