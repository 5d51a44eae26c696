/** What dig was told. */
export interface DigAnswer {
  /** Such as NOERROR. */
  readonly rcode: string;
  readonly transport: "UDP" | "TCP";
  readonly records: readonly { readonly ttl: number; readonly type: string; readonly data: string }[];
}

/**
 * Pure: reads what `dig +noall +comments +answer +stats` prints.
 * @throws Error when there is no answer in it.
 */
export function parseDig(printed: string): DigAnswer {
  const rcode = /status: ([A-Z]+)/.exec(printed)?.[1];
  const transport = /^;; SERVER: .*\((UDP|TCP)\)$/m.exec(printed)?.[1];
  if (rcode === undefined || transport === undefined)
    throw new Error(`dig: no answer: ${printed.trim().slice(0, 300)}`);
  const records = [...printed.matchAll(/^[^;\s]\S*\s+(\d+)\s+IN\s+(\S+)\s+(.*)$/gm)].map(
    ([, ttl, type = "", data = ""]) => ({ ttl: Number(ttl), type, data }),
  );
  return { rcode, transport: transport === "TCP" ? "TCP" : "UDP", records };
}
