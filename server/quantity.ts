import { ParseError } from "./parseError";
import { bytes, type Bytes } from "./types";

/**
 * Units of both worlds: Kubernetes (`Ki`, `Mi`, `Gi`, `Ti` and decimal `k`, `M`, `G`, `T`) and the servers
 * (`kb`, `mb`, `gb`, `tb` in any case, powers of 1024).
 */
const UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["k", 1e3],
  ["M", 1e6],
  ["G", 1e9],
  ["T", 1e12],
  ["Ki", 2 ** 10],
  ["Mi", 2 ** 20],
  ["Gi", 2 ** 30],
  ["Ti", 2 ** 40],
  ["kb", 2 ** 10],
  ["mb", 2 ** 20],
  ["gb", 2 ** 30],
  ["tb", 2 ** 40],
]);
const QUANTITY = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/;
const KUBERNETES_UNITS: ReadonlySet<string> = new Set(["", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"]);

/**
 * A number of bytes such as "512mb", "1Gi" or "1073741824".
 * A bare "m" is refused: it means millibytes to Kubernetes and megabytes to the servers.
 * @throws ParseError when the text is no such quantity, or no positive whole number of bytes.
 */
export function parseBytes(text: string): Bytes {
  const match = QUANTITY.exec(text.trim());
  const unit = match?.[2] ?? "";
  const factor = UNITS.get(unit) ?? UNITS.get(/^[kmgt]b$/i.test(unit) ? unit.toLowerCase() : unit);
  if (match === null || factor === undefined)
    throw new ParseError(`"${text}" is no size`, 'write one such as "512mb", "1Gi" or a number of bytes');
  const value = Math.round(Number(match[1]) * factor);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new ParseError(`"${text}" is no positive whole number of bytes`, "write a positive number");
  return bytes(value);
}

/**
 * A number of bytes in the units that Kubernetes takes, such as "512Mi" or "1G"; not "512mb".
 * @throws ParseError when the text is no such quantity.
 */
export function parseKubernetesBytes(text: string): Bytes {
  const match = QUANTITY.exec(text.trim());
  if (match === null || !KUBERNETES_UNITS.has(match[2] ?? ""))
    throw new ParseError(`"${text}" is no size that Kubernetes takes`, 'write one such as "512Mi", "1Gi" or "1G"');
  return parseBytes(text);
}

/**
 * A number of cores such as "2", "0.5" or "500m".
 * @throws ParseError when the text is none, or less than a thousandth.
 */
export function parseCores(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(m?)$/.exec(text.trim());
  const value = match === null ? Number.NaN : Number(match[1]) / (match[2] === "m" ? 1000 : 1);
  if (!(value >= 0.001)) throw new ParseError(`"${text}" is no number of cores`, 'write one such as "2" or "500m"');
  return value;
}

/** For manifests, as the API server itself writes them: "2", or "500m". */
export function formatCores(cores: number): string {
  const thousandths = Math.round(cores * 1000);
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}

/** For manifests, as the API server itself writes them, without loss: the largest unit that gives a whole number. */
export function formatKubernetesBytes(value: Bytes): string {
  const units = value % 1024 === 0 ? (["Ti", "Gi", "Mi", "Ki"] as const) : (["T", "G", "M", "k"] as const);
  const unit = units.find((each) => value % (UNITS.get(each) ?? 1) === 0);
  return unit === undefined ? String(value) : `${value / (UNITS.get(unit) ?? 1)}${unit}`;
}

/** For messages: the shortest whole number in binary units, such as "512Mi". */
export function formatBytes(value: Bytes): string {
  for (const [unit, factor] of [
    ["Gi", 2 ** 30],
    ["Mi", 2 ** 20],
    ["Ki", 2 ** 10],
  ] as const) {
    if (value >= factor && value % factor === 0) return `${value / factor}${unit}`;
  }
  return value >= 2 ** 20 ? `${(value / 2 ** 20).toFixed(1)}Mi` : String(value);
}
