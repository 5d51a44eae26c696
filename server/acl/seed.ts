import { allKeysButReserved } from "./patterns";
import type { AclUser } from "./user";

const tenant = (name: string, prefix: string): AclUser => ({
  name,
  kind: "application",
  keys: [`${prefix}:*`],
  channels: [],
  commands: ["+@all", "-@dangerous", "+INFO"],
});

/** The application users where configuration names none: those of the cache that this program replaces. */
export const seedUsers: readonly AclUser[] = [
  tenant("keycloak", "keycloak"),
  tenant("appcache", "cache"),
  tenant("litellm", "litellm"),
  // BullMQ's queue names are free, hence every key but the guard's; it reads CONFIG and INFO at start.
  {
    name: "langfuse",
    kind: "application",
    keys: allKeysButReserved,
    channels: [],
    commands: ["+@all", "-@dangerous", "+INFO", "+CONFIG"],
  },
  {
    name: "heimdall",
    kind: "application",
    keys: ["heimdall:dns:cache:*"],
    channels: ["heimdall:dns:cache:invalidate"],
    // What the resolver sends (resolver/l2/acl.ts), and nothing else: strangers decide what it is asked.
    commands: ["-@all", "+AUTH", "+GET", "+SET", "+DEL", "+PUBLISH", "+SUBSCRIBE"],
  },
];
