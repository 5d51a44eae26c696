import { createHash } from "node:crypto";
import fc from "fast-check";
import { builtinUsers } from "../../../server/acl/builtin";
import { defaultAclUsers } from "../../../components/settings/resolve";
import type { AclUser } from "../../../server/acl/user";
import type { Engine } from "../../../server/types";

export const engines: readonly Engine[] = ["dragonfly", "redis"];

/** A made-up SHA-256 for each user. */
export const hashes = (users: readonly AclUser[]): Record<string, string> =>
  Object.fromEntries(
    [...users.map(({ name }) => name), "default"].map((name) => [
      name,
      createHash("sha256").update(name).digest("hex"),
    ]),
  );

const commands = ["+@all", "-@dangerous", "+@read", "-@write", "+GET", "+info", "-FLUSHALL", "+CONFIG"];

/** Application users that configuration could hold, each name once. */
export const applications: fc.Arbitrary<readonly AclUser[]> = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^app-[a-z0-9]{1,8}$/),
    kind: fc.constant("application" as const),
    keys: fc.array(fc.stringMatching(/^[a-z]{1,8}:\*$/), { maxLength: 3 }),
    channels: fc.oneof(fc.constant(["*"]), fc.array(fc.stringMatching(/^[a-z]{1,8}:\*?$/), { maxLength: 2 })),
    commands: fc.array(fc.constantFrom(...commands), { maxLength: 4 }),
  }),
  { selector: ({ name }) => name, maxLength: 5 },
);

export const everyUser = (engine: Engine): readonly AclUser[] => [...defaultAclUsers, ...builtinUsers(engine)];
