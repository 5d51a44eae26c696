import type { KubeObject } from "../kube";
import { Unreadable } from "../value";

/** Resources of operators that run Redis or Valkey in their own ways: by group, whose they are. */
const OPERATORS: ReadonlyMap<string, { readonly kinds: readonly string[]; readonly who: string }> = new Map([
  [
    "redis.redis.opstreelabs.in",
    { kinds: ["Redis", "RedisCluster", "RedisReplication", "RedisSentinel"], who: "OT's Redis operator" },
  ],
  ["databases.spotahome.com", { kinds: ["RedisFailover"], who: "Spotahome's Redis operator" }],
  ["app.redislabs.com", { kinds: ["RedisEnterpriseCluster", "RedisEnterpriseDatabase"], who: "Redis Enterprise" }],
  ["hyperspike.io", { kinds: ["Valkey"], who: "Hyperspike's Valkey operator" }],
  ["keydb.ru", { kinds: ["KeyDB"], who: "a KeyDB operator" }],
]);

/** @throws Unreadable for a cache of another operator: it is one, and its pods are not known. */
export function refuseOtherOperators(object: KubeObject): void {
  const operator = OPERATORS.get(object.group);
  if (operator?.kinds.includes(object.kind) !== true) return;
  throw new Unreadable(`${object.kind} ${object.name} is a cache of ${operator.who}, whose pods are not computed`);
}
