import type { Problem } from "../components/problems";
import { resolveBy, type CheckedSettings } from "../components/settings/resolve";
import { defined } from "../server/records";
import { stack } from "./stackSettings";

/** What a stack's configuration says. */
export interface SiteConfig {
  readonly settings: CheckedSettings;
  /** Path of a kubeconfig; absent: as kubectl finds it. */
  readonly kubeconfig?: string;
  /** A context in it; absent: the current one. */
  readonly context?: string;
  /** Where snapshots go to a server of one's own. */
  readonly s3Credentials?: S3Credentials;
  /** The stack that owns the passwords, as `organization/dragonfly-dr/primary`; absent: this one. */
  readonly passwordsFrom?: string;
}

/** Of the user of an S3-compatible server: secrets, so no part of a site's settings. */
export interface S3Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

export type Validated = { readonly config: SiteConfig } | { readonly problems: readonly Problem[] };

/**
 * Judges a stack's configuration: keys without their namespace, values as YAML has them. Gives everything that is wrong
 * at once.
 */
export function validateSiteConfig(raw: Readonly<Record<string, unknown>>): Validated {
  const outcome = resolveBy(stack, raw);
  if ("problems" in outcome) return outcome;
  const { kubeconfig, context, passwordsFrom, snapshots } = outcome.all;
  const { s3 } = snapshots;
  const s3Credentials = s3 && { accessKey: s3.accessKey, secretKey: s3.secretKey };
  return {
    config: { settings: outcome.settings, ...defined({ kubeconfig, context, passwordsFrom, s3Credentials }) },
  };
}
