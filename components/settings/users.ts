import { RESOLVER_PREFIX, RESOLVER_USER, invalidationChannel } from "../../contract/resolverUser";
import { group, required, withDefault } from "../catalogue/fields";
import type { SettingsOf } from "../catalogue/node";
import { list, listOf, oneOf, text } from "../catalogue/values";
import { channelPattern, keyPattern, userName } from "./kinds";

export const user = group(
  "User",
  { doc: "A user of an application." },
  {
    name: required(userName, { doc: "Name that the application logs in with.", example: "shop" }),
    keys: required(list(keyPattern), {
      doc: 'Patterns of the keys that the user may reach. "*" stands for every key but the guard\'s.',
      example: ["shop:*"],
    }),
    channels: withDefault(list(channelPattern), {
      default: [],
      doc: "Channels, or patterns of channels, that the user may reach.",
      example: ["shop:events"],
    }),
    commands: required(list(text), {
      doc: "ACL rules in order. What is not granted is refused.",
      example: ["+@all", "-@dangerous", "+INFO"],
    }),
    scope: withDefault(oneOf("own", "wide"), {
      default: "own",
      doc: "own: no other user's keys overlap this user's. wide: they may.",
    }),
  },
);

export type UserSettings = SettingsOf<typeof user>;

const tenant = (name: string, prefix: string): UserSettings => ({
  name,
  keys: [`${prefix}:*`],
  channels: [],
  commands: ["+@all", "-@dangerous", "+INFO"],
  scope: "own",
});

/** The applications of the cache that this program replaces. */
export const defaultUsers: readonly UserSettings[] = [
  tenant("keycloak", "keycloak"),
  tenant("appcache", "cache"),
  tenant("litellm", "litellm"),
  // BullMQ's queues may have any name, hence every key; it reads CONFIG and INFO at start.
  {
    name: "langfuse",
    keys: ["*"],
    channels: [],
    commands: ["+@all", "-@dangerous", "+INFO", "+CONFIG"],
    scope: "wide",
  },
  {
    name: RESOLVER_USER,
    keys: [`${RESOLVER_PREFIX}:*`],
    channels: [invalidationChannel(RESOLVER_PREFIX)],
    // What the resolver sends (test/resolver/support/resolverAclUser.ts), and nothing else: strangers decide what it is
    // asked.
    commands: ["-@all", "+AUTH", "+GET", "+SET", "+DEL", "+PUBLISH", "+SUBSCRIBE"],
    scope: "own",
  },
];

export const users = withDefault(listOf(user), {
  default: defaultUsers,
  effect: "at once",
  doc:
    "The applications' users, the same list in every site. A list that is given replaces the five default users:" +
    " those that are not in it lose their passwords and their sessions. Use extraUsers to add to them. Passwords" +
    " are generated, never written here.",
});

export const extraUsers = withDefault(listOf(user), {
  default: [],
  effect: "at once",
  doc: "Users beside those of users; the same list in every site.",
  example: [{ name: "shop", keys: ["shop:*"], commands: ["+@all", "-@dangerous"] }],
});
