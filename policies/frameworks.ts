import type { Family } from "./rule";

/** A control of a framework that others audit by. */
export interface Control {
  readonly name: string;
  readonly version: string;
  readonly reference: string;
  readonly specification: string;
}

const nist = (reference: string, specification: string): Control => ({
  name: "NIST SP 800-53",
  version: "Rev. 5",
  reference,
  specification,
});
const cis = (reference: string, specification: string): Control => ({
  name: "CIS Kubernetes Benchmark",
  version: "1.9",
  reference,
  specification,
});

const FLOW = nist("AC-4", "Information Flow Enforcement");
const PRIVILEGE = nist("AC-6", "Least Privilege");
const BACKUP = nist("CP-9", "System Backup");
const SETTINGS = nist("CM-6", "Configuration Settings");
const AUTHENTICATORS = nist("IA-5", "Authenticator Management");
const INTEGRITY = nist("SI-7", "Software, Firmware, and Information Integrity");

const OF_FAMILY: Readonly<Record<Family, Control>> = {
  acl: PRIVILEGE,
  network: FLOW,
  server: SETTINGS,
  storage: nist("AC-3", "Access Enforcement"),
  dr: nist("CP-10", "System Recovery and Reconstitution"),
};
/** Where a rule has a control of its own. */
const OF_RULE: ReadonlyMap<string, Control> = new Map([
  ["acl-no-passwordless-user", nist("IA-2", "Identification and Authentication (Organizational Users)")],
  ["acl-default-user", nist("IA-2", "Identification and Authentication (Organizational Users)")],
  ["acl-password-strength", AUTHENTICATORS],
  ["acl-secrets-in-plain", AUTHENTICATORS],
  ["network-default-deny", cis("5.3.2", "Ensure that all Namespaces have NetworkPolicies defined")],
  ["network-exposed-services", nist("SC-7", "Boundary Protection")],
  ["network-link-tls", nist("SC-8", "Transmission Confidentiality and Integrity")],
  ["server-pod-security", cis("5.2", "Pod Security Standards")],
  ["server-image-tag", INTEGRITY],
  ["server-image-digest", INTEGRITY],
  ["server-version", nist("SI-2", "Flaw Remediation")],
  ["server-memory", nist("SC-6", "Resource Availability")],
  ["server-snapshots", BACKUP],
  ["server-cron", BACKUP],
  ["server-snapshot-prefix", BACKUP],
  ["storage-encryption", nist("SC-28", "Protection of Information at Rest")],
  ["storage-tls-only", nist("SC-8", "Transmission Confidentiality and Integrity")],
  ["storage-versioning", BACKUP],
  ["storage-iam", PRIVILEGE],
]);

export const controlOf = (rule: { readonly name: string; readonly family: Family }): Control =>
  OF_RULE.get(rule.name) ?? OF_FAMILY[rule.family];
