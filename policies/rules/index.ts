import type { Rule } from "../rule";
import { confinedUsers } from "./acl/confinedUsers";
import { dangerousCommands } from "./acl/dangerousCommands";
import { defaultUser } from "./acl/defaultUser";
import { grammar } from "./acl/grammar";
import { keyPatterns } from "./acl/keyPatterns";
import { noPasswordlessUser } from "./acl/noPasswordlessUser";
import { overlap } from "./acl/overlap";
import { passwordStrength } from "./acl/passwordStrength";
import { privilegedCommands } from "./acl/privilegedCommands";
import { reservedPrefix } from "./acl/reservedPrefix";
import { secretsInPlain } from "./acl/secretsInPlain";
import { cacheNamespacesOnly } from "./network/cacheNamespaces";
import { defaultDeny } from "./network/defaultDeny";

/** Every rule of the pack, in the order in which they are documented. */
export const rules: readonly Rule[] = [
  grammar,
  noPasswordlessUser,
  defaultUser,
  keyPatterns,
  overlap,
  reservedPrefix,
  dangerousCommands,
  privilegedCommands,
  confinedUsers,
  passwordStrength,
  secretsInPlain,
  defaultDeny,
  cacheNamespacesOnly,
];
