import { dataEntry } from "./dataEntry";
import type { Place } from "./mountedFile";
import { kubernetesQuantity } from "./quantity";
import { at, list, peek, text, Unknown, type Value } from "./value";

/** A variable of a container's environment. */
export type Variable =
  | { readonly from: "plain"; readonly value: string }
  | { readonly from: "secret"; readonly secret: string; readonly key: string }
  | { readonly from: "unknown" };

const UNKNOWN: Variable = { from: "unknown" };

/** The variables of a container by name; what single ones say counts before what whole objects bring. */
export function environmentOf(place: Place): ReadonlyMap<string, Variable> {
  const found = new Map<string, Variable>();
  for (const each of list(place.container.body, "envFrom")) {
    const prefix = text(each, "prefix") ?? "";
    for (const [kind, key] of [
      ["ConfigMap", "configMapRef"],
      ["Secret", "secretRef"],
    ] as const) {
      const name = text(each, key, "name");
      const object = name === undefined ? undefined : place.dataOf(kind, place.namespace, name);
      for (const part of ["data", "stringData"]) {
        const held = object === undefined ? undefined : peek(object.body, part);
        if (object === undefined || held === null || typeof held !== "object" || held instanceof Unknown) continue;
        for (const entry of Object.keys(held))
          found.set(prefix + entry, variableIn(dataEntry(object, entry), kind, name ?? "", entry));
      }
    }
  }
  for (const each of list(place.container.body, "env")) {
    const name = peek(each, "name");
    if (typeof name === "string") found.set(name, variable(each, place));
  }
  return found;
}

const variableIn = (
  value: string | Unknown | undefined,
  kind: "Secret" | "ConfigMap",
  name: string,
  key: string,
): Variable => {
  if (kind === "Secret") return { from: "secret", secret: name, key };
  return typeof value === "string" ? { from: "plain", value } : UNKNOWN;
};

function variable(written: Value, place: Place): Variable {
  const value = peek(written, "value");
  if (typeof value === "string" || typeof value === "number") return { from: "plain", value: String(value) };
  const secret = peek(written, "valueFrom", "secretKeyRef");
  const [name, key] = [peek(secret, "name"), peek(secret, "key")];
  if (typeof name === "string" && typeof key === "string") return { from: "secret", secret: name, key };
  const map = peek(written, "valueFrom", "configMapKeyRef");
  const [mapName, mapKey] = [peek(map, "name"), peek(map, "key")];
  if (typeof mapName === "string" && typeof mapKey === "string") {
    const object = place.dataOf("ConfigMap", place.namespace, mapName);
    return object === undefined ? UNKNOWN : variableIn(dataEntry(object, mapKey), "ConfigMap", mapName, mapKey);
  }
  return resourceField(written, place) ?? UNKNOWN;
}

/** A limit of the container itself, divided and rounded up as the kubelet does. */
function resourceField(written: Value, place: Place): Variable | undefined {
  const field = peek(written, "valueFrom", "resourceFieldRef");
  const path = /^(limits|requests)\.(memory|cpu)$/.exec(text(field, "resource") ?? "");
  if (path === null) return undefined;
  const whole = kubernetesQuantity(at(place.container.body, "resources", path[1] ?? "", path[2] ?? ""));
  const divisor = kubernetesQuantity(peek(field, "divisor") ?? "1") ?? 1;
  return whole === undefined || divisor <= 0 ? undefined : { from: "plain", value: String(Math.ceil(whole / divisor)) };
}
