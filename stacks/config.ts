import * as pulumi from "@pulumi/pulumi";
import { SettingsError } from "../components/problems";
import { validateSiteConfig, type SiteConfig } from "./siteConfig";

/** Of this program's keys in `pulumi config`. */
export const PROJECT = "dragonfly-dr";

/** Pulumi gives every value as a text; what is a list or a map is JSON. */
function parsed(value: string): unknown {
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** The program's keys without their namespace; those of providers and of the engine are not its own. */
export function ownKeys(all: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const prefix = `${PROJECT}:`;
  return Object.fromEntries(
    Object.entries(all)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), parsed(value)]),
  );
}

/**
 * This stack's configuration. Nothing else in the program reads Pulumi's configuration.
 * @throws SettingsError naming every key that is wrong, and the remedy.
 */
export function readSiteConfig(): SiteConfig {
  const validated = validateSiteConfig(ownKeys(pulumi.runtime.allConfig()));
  if ("problems" in validated)
    throw new SettingsError(`configuration of stack ${pulumi.getStack()}`, validated.problems, `${PROJECT}:`);
  return validated.config;
}
