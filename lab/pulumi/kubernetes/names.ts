// Names for objects that the program leaves nameless.
import { createHash, randomBytes } from "node:crypto";

/** As many as Pulumi gives a name of its own. */
const SUFFIX_DIGITS = 7;

/** The resource's name with seven hexadecimal digits; the same for the same seed, so that a preview shows the name. */
export function autoName(resourceName: string, seed: Uint8Array): string {
  const digest = createHash("sha256")
    .update(seed.length > 0 ? seed : randomBytes(32))
    .digest("hex");
  return `${resourceName}-${digest.slice(0, SUFFIX_DIGITS)}`;
}

/** The field manager of one object; the prefix is that of the official provider. */
export function newFieldManager(): string {
  return `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;
}
