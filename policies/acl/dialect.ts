import { dialectOf, ofProduct, type Dialect } from "../../server/acl/dialect";
import { imageName, type Cache } from "../model/cache";
import { once } from "../model/once";
import { peek } from "../model/value";

/** Images of forks and bundles: the Redis whose grammar they have, and the modules that come with them. */
const MODULES = new Set(["redis-stack", "redis-stack-server", "valkey-bundle", "keydb"]);
const KEYDB = [6, 2];

/** Which server reads a cache's ACL file, by its image's name and tag; of a tag without a version: any version. */
export const dialectOfCache: (cache: Cache) => Dialect = once((cache) => {
  const image = peek(cache.container.body, "image");
  const name = typeof image === "string" ? imageName(image).toLowerCase() : "";
  const modules = MODULES.has(name) || cache.flags.has("loadmodule");
  if (name === "keydb") return { ...ofProduct("redis", KEYDB), modules };
  const product = cache.engine === "dragonfly" ? "dragonfly" : /^(redis|valkey)/.exec(name)?.[1];
  if (typeof image !== "string" || (product !== "redis" && product !== "valkey" && product !== "dragonfly"))
    return { ...dialectOf(cache.engine), modules };
  return { ...ofProduct(product, versionOf(image)), modules };
});

/** The digits that an image's tag begins with: [7, 4] of "redis:7.4.1-alpine"; none for "latest" and the like. */
function versionOf(image: string): number[] {
  const path = image.split("@")[0] ?? "";
  const tag = /:([^/:]*)$/.exec(path)?.[1] ?? "";
  const [, major, minor] = /^v?(\d{1,4})(?:\.(\d{1,4}))?(?:[.-]|$)/.exec(tag) ?? [];
  return [major, minor].filter((digits) => digits !== undefined).map(Number);
}
