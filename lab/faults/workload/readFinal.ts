import { connect, parseEndpoint, type Credentials } from "../../load/connection";
import type { LabSite } from "../../plan";
import { waitFor } from "../../process/waitFor";
import type { Access, Final, History } from "../history/operation";

const AT_ONCE = 500;
const TIMEOUTS = { connectMs: 10_000, commandMs: 30_000 } as const;

/** Reads back every key of a history. @throws LabError when the site does not answer in time. */
export function readFinal(
  { operations }: Pick<History, "operations">,
  from: { readonly site: LabSite; readonly access: Access; readonly url: string; readonly credentials: Credentials },
): Promise<Final> {
  const { site, access } = from;
  const keysOf = (f: "append" | "set"): string[] => [
    ...new Set(operations.filter((op) => op.f === f).map(({ key }) => key)),
  ];
  return waitFor(
    async () => {
      const redis = await connect(parseEndpoint(from.url), from.credentials, TIMEOUTS);
      try {
        const lists: Record<string, string[]> = {};
        for (const key of keysOf("append")) lists[key] = await redis.lrange(key, 0, -1);
        const values: Record<string, string | null> = {};
        const names = keysOf("set");
        for (let i = 0; i < names.length; i += AT_ONCE) {
          const part = names.slice(i, i + AT_ONCE);
          const found = await redis.mget(part);
          part.forEach((key, n) => (values[key] = found[n] ?? null));
        }
        return { site, access, lists, values };
      } finally {
        redis.disconnect();
      }
    },
    { what: `${site}: what its ${access} holds`, deadlineMs: 120_000 },
  );
}
