import type { KubeObject } from "./kube";
import { peek, Unknown } from "./value";

/** One entry of a Secret (decoded) or ConfigMap; undefined where there is none. */
export function dataEntry(object: KubeObject, key: string): string | Unknown | undefined {
  const written = peek(object.body, "stringData", key);
  if (typeof written === "string" || written instanceof Unknown) return written;
  const data = peek(object.body, "data", key);
  if (data instanceof Unknown) return data;
  if (typeof data !== "string") return undefined;
  return object.kind === "Secret" ? Buffer.from(data, "base64").toString("utf8") : data;
}
