import type { Engine } from "../../server/types";
import type { Value } from "./value";

const SUFFIXES: ReadonlyMap<string, number> = new Map([
  ["n", 1e-9],
  ["u", 1e-6],
  ["m", 1e-3],
  ["", 1],
  ["k", 1e3],
  ["M", 1e6],
  ["G", 1e9],
  ["T", 1e12],
  ["P", 1e15],
  ["E", 1e18],
  ["Ki", 2 ** 10],
  ["Mi", 2 ** 20],
  ["Gi", 2 ** 30],
  ["Ti", 2 ** 40],
  ["Pi", 2 ** 50],
  ["Ei", 2 ** 60],
]);

/** A quantity as Kubernetes reads it: "1.5Gi", "1e9", "128974848000m", 1073741824. Undefined for what is none. */
export function kubernetesQuantity(written: Value | undefined): number | undefined {
  if (typeof written === "number") return written;
  if (typeof written !== "string" || written.length > 64) return undefined;
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d{1,3})|([A-Za-z]{0,2}))$/.exec(written);
  if (match === null) return undefined;
  const [, digits = "", exponent, suffix = ""] = match;
  const factor = exponent === undefined ? SUFFIXES.get(suffix) : 10 ** Number(exponent);
  return factor === undefined ? undefined : Number(digits) * factor;
}

/** Redis: k, m and g are powers of 1000, kb, mb and gb of 1024, in any case. */
const REDIS_UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["b", 1],
  ["k", 1e3],
  ["kb", 2 ** 10],
  ["m", 1e6],
  ["mb", 2 ** 20],
  ["g", 1e9],
  ["gb", 2 ** 30],
]);

/** A number of bytes as the server reads it; of Dragonfly every unit is a power of 1024. Undefined for what is none. */
export function serverBytes(engine: Engine, written: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s?([a-z]{0,3})$/i.exec(written.trim().slice(0, 64));
  if (match === null) return undefined;
  const unit = (match[2] ?? "").toLowerCase();
  const number = Number(match[1]);
  if (engine === "redis") {
    const factor = REDIS_UNITS.get(unit);
    return factor === undefined || !Number.isInteger(number) ? undefined : number * factor;
  }
  const power = /^([kmgtpe]?)(i?b?)$/.exec(unit)?.[1];
  return power === undefined ? undefined : Math.floor(number * 1024 ** ("kmgtpe".indexOf(power || " ") + 1));
}
