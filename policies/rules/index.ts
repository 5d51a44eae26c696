import type { Rule } from "../rule";
import { defaultUser } from "./acl/defaultUser";
import { noPasswordlessUser } from "./acl/noPasswordlessUser";
import { cacheNamespacesOnly } from "./network/cacheNamespaces";
import { defaultDeny } from "./network/defaultDeny";

/** Every rule of the pack, in the order in which they are documented. */
export const rules: readonly Rule[] = [noPasswordlessUser, defaultUser, defaultDeny, cacheNamespacesOnly];
