import * as pulumi from "@pulumi/pulumi";
import { Site, type SiteExtras } from "../components/site";
import { defined } from "../server/records";
import { peerAuthorities } from "./authorities";
import { clusterOf } from "./cluster";
import { outputsOf, type SiteOutputs } from "./outputs";
import { passwordsOf } from "./passwords";
import type { S3Credentials, SiteConfig } from "./siteConfig";

/** What a stack takes from elsewhere than its configuration; nothing but in tests and renderings. */
export type BuildExtras = Pick<SiteExtras, "guardBundle" | "resolverBundle" | "snapshotsBundle">;

/** A stack's resources, and what it tells the others. */
export function buildSite(config: SiteConfig, extras: BuildExtras = {}): SiteOutputs {
  const { provider, retainedProvider } = clusterOf(config);
  const { settings, passwordsFrom, s3Credentials } = config;
  const passwords = passwordsFrom === undefined ? undefined : passwordsOf(passwordsFrom);
  const s3Key = s3Credentials && mapSecret(s3Credentials);
  const linkAuthorities = settings.link.certificates === "stack" ? peerAuthorities(settings.peers) : undefined;
  const site = new Site(
    "cache",
    { settings, ...defined({ passwords, s3Key, linkAuthorities }), ...extras, retainedProvider },
    { provider },
  );
  return outputsOf(site, config);
}

/** Marked before they reach any resource. */
const mapSecret = ({ accessKey, secretKey }: S3Credentials) => ({
  accessKey: pulumi.secret(accessKey),
  secretKey: pulumi.secret(secretKey),
});
