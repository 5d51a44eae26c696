import type { Rule } from "../rule";
import { bornClosed } from "./acl/bornClosed";
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
import { bothDirections } from "./dr/link";
import { replicaMemory } from "./dr/memory";
import { passwords } from "./dr/passwords";
import { snapshotPrefixes } from "./dr/snapshotPrefixes";
import { sameThreads } from "./dr/threads";
import { sameUsers } from "./dr/users";
import { adminPort } from "./network/adminPort";
import { cacheNamespacesOnly } from "./network/cacheNamespaces";
import { declaredClients } from "./network/declaredClients";
import { defaultDeny } from "./network/defaultDeny";
import { egress } from "./network/egress";
import { exposedServices } from "./network/exposedServices";
import { internalPorts } from "./network/internalPorts";
import { linkPort } from "./network/linkPort";
import { linkTls } from "./network/linkTls";
import { metricsPort } from "./network/metricsPort";
import { neededPaths } from "./network/neededPaths";
import { resolver } from "./network/resolver";
import { sourcePorts } from "./network/sourcePorts";
import { adminBind } from "./server/adminBind";
import { breakReplication } from "./server/breakReplication";
import { cron } from "./server/cron";
import { disruptionBudget } from "./server/disruptionBudget";
import { imageDigest } from "./server/imageDigest";
import { imageTag } from "./server/imageTag";
import { memory } from "./server/memory";
import { onDelete } from "./server/onDelete";
import { podSecurity } from "./server/podSecurity";
import { snapshotPrefix } from "./server/snapshotPrefix";
import { snapshots } from "./server/snapshots";
import { threadCount } from "./server/threads";
import { version } from "./server/version";
import { versionCheck } from "./server/versionCheck";
import { encryption } from "./storage/encryption";
import { foreignAccounts } from "./storage/foreignAccounts";
import { iam } from "./storage/iam";
import { publicAccess } from "./storage/publicAccess";
import { tlsOnly } from "./storage/tlsOnly";
import { versioning } from "./storage/versioning";

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
  bornClosed,
  passwordStrength,
  secretsInPlain,
  defaultDeny,
  cacheNamespacesOnly,
  declaredClients,
  internalPorts,
  adminPort,
  metricsPort,
  sourcePorts,
  linkPort,
  linkTls,
  exposedServices,
  egress,
  neededPaths,
  resolver,
  memory,
  threadCount,
  breakReplication,
  adminBind,
  versionCheck,
  version,
  onDelete,
  imageTag,
  imageDigest,
  podSecurity,
  disruptionBudget,
  snapshots,
  cron,
  snapshotPrefix,
  publicAccess,
  encryption,
  versioning,
  tlsOnly,
  foreignAccounts,
  iam,
  passwords,
  sameUsers,
  sameThreads,
  replicaMemory,
  bothDirections,
  snapshotPrefixes,
];
