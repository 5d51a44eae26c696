import type { Deployment } from "../../policies/model/deployment";
import { SITE_TYPE } from "../../policies/model/declaration";

/** What was seen in what is judged, before anything is said of it. */
export interface Recognised {
  readonly caches: { readonly dragonfly: number; readonly redis: number; readonly unread: number };
  readonly policies: number;
  /** Documents that are no objects of Kubernetes. */
  readonly ignored: number;
}

export function recognise(deployment: Deployment, ignored: number): Recognised {
  const { stacks } = deployment;
  const caches = stacks.flatMap((stack) => stack.caches);
  const unread = new Set(stacks.flatMap((stack) => stack.unreadCaches.map(({ resource }) => resource)));
  return {
    caches: {
      dragonfly: caches.filter(({ engine }) => engine === "dragonfly").length,
      redis: caches.filter(({ engine }) => engine === "redis").length,
      unread: unread.size,
    },
    policies: stacks.reduce((sum, { network }) => sum + network.policies.length + network.unread.length, 0),
    ignored,
  };
}

export const isEmpty = ({ caches }: Recognised): boolean => caches.dragonfly + caches.redis + caches.unread === 0;

/** Whether some stack holds a site of this program. */
export const hasSite = ({ stacks }: Deployment): boolean =>
  stacks.some(({ resources }) => resources.some(({ type }) => type === SITE_TYPE));

/** One line. */
export function recognisedLine({ caches, policies, ignored }: Recognised): string {
  const { dragonfly, redis, unread } = caches;
  const kinds = [
    ...(dragonfly > 0 ? [`${dragonfly} Dragonfly`] : []),
    ...(redis > 0 ? [`${redis} Redis or Valkey`] : []),
    ...(unread > 0 ? [`${unread} that cannot be read`] : []),
  ];
  const total = dragonfly + redis + unread;
  const found = total === 0 ? "no cache found" : `${count(total, "cache", "caches")} (${kinds.join(", ")})`;
  const rest = ignored > 0 ? `, ${count(ignored, "document", "documents")} of other kinds left out` : "";
  return `recognised: ${found}, ${count(policies, "network policy", "network policies")}${rest}`;
}

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;
