import { recordOf } from "../server/records";
/** A rule's properties as its configuration has them, checked against the schema and with defaults filled in. */
export type Settings = Readonly<Record<string, unknown>>;

export const texts = (settings: Settings, key: string): readonly string[] => {
  const found = settings[key];
  return Array.isArray(found) ? found.filter((each) => typeof each === "string") : [];
};

/** @throws Error when the schema gives no such number: a mistake in the rule. */
export function amount(settings: Settings, key: string): number {
  const found = settings[key];
  if (typeof found !== "number") throw new Error(`the rule's schema gives no number ${key}`);
  return found;
}

/** Lists of texts by name. */
export function textLists(settings: Settings, key: string): ReadonlyMap<string, readonly string[]> {
  const found = settings[key];
  return new Map(Object.entries(recordOf(found)).map(([name, each]) => [name, texts({ each }, "each")]));
}
