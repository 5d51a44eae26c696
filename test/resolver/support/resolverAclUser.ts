import type { AclUser } from "../../../server/acl/user";
import { invalidationChannel } from "../../../contract/resolverUser";

/** The cache's user for resolvers: the commands that they send, on their own keys and channel. */
export function resolverAclUser(name: string, prefix: string): AclUser {
  return {
    name,
    kind: "application",
    keys: [`${prefix}:*`],
    channels: [invalidationChannel(prefix)],
    commands: ["-@all", "+auth", "+get", "+set", "+del", "+publish", "+subscribe"],
  };
}
