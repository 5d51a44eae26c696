/** The library: a program of your own builds sites from these, and reads its configuration as it likes. */
export { Credentials, type CredentialsArgs } from "./credentials";
export { Gateway, type GatewayArgs } from "./gateway/gateway";
export { readBundle, type Bundle, type BundleName } from "./bundle";
export { names } from "./names";
export { NetworkRules, type NetworkRulesArgs } from "./network/networkRules";
export { SettingsError, type Problem } from "./problems";
export { RoleDefinition } from "./roleDefinition/roleDefinition";
export { Resolver, type ResolverArgs } from "./resolver/resolver";
export { Server, type ServerArgs } from "./server/server";
export { siteDefaults } from "./settings/defaults";
export type { ClientsSettings, ExposureSettings, GatewaySettings, ServiceType } from "./settings/gateway";
export { images } from "./settings/images";
export type { ResolverGiven, ResolverImplementation, ResolverSettings } from "./settings/resolver";
export type { ServerSettings, SlowlogSettings, StorageSettings } from "./settings/server";
export type {
  GuardSettings,
  LinkSettings,
  NetworkSettings,
  PeerSettings,
  SiteArgs,
  SiteSettings,
} from "./settings/site";
export type { UserSettings } from "./settings/users";
export { Site, type SiteExtras } from "./site";
export { SiteNamespace, type SiteNamespaceArgs } from "./siteNamespace";
export type { Transforms } from "./transforms";
export type { AwsSettings, S3Settings, SnapshotSettings } from "./settings/snapshots";
export type { S3Key } from "./storage/access";
