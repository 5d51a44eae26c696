/** The library: a program of your own builds sites from these, and reads its configuration as it likes. */
export { Credentials, type CredentialsArgs } from "./credentials";
export { Gateway, type GatewayArgs } from "./gateway";
export { readGuardBundle, type GuardBundle } from "./guardBundle";
export { names } from "./names";
export { NetworkRules, type NetworkRulesArgs } from "./networkRules";
export { SettingsError, type Problem } from "./problems";
export { RoleDefinition } from "./roleDefinition";
export { Server, type ServerArgs } from "./server";
export { siteDefaults } from "./settings/defaults";
export type { ClientsSettings, ExposureSettings, GatewaySettings, ServiceType } from "./settings/gateway";
export { images } from "./settings/images";
export type { ServerSettings, SlowlogSettings, StorageSettings } from "./settings/server";
export type { GuardSettings, LinkSettings, NetworkSettings, PeerSettings, SiteArgs, SiteSettings, SnapshotSettings } from "./settings/site";
export type { UserSettings } from "./settings/users";
export { Site, type SiteExtras } from "./site";
export { SiteNamespace, type SiteNamespaceArgs } from "./siteNamespace";
export type { Transforms } from "./transforms";
