import { readFileSync } from "node:fs";
import { basename } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { isRecord } from "../server/records";
import { SettingsError } from "../components/problems";
import { passwordUsers } from "../components/settings/resolve";
import { buildSite, type BuildExtras } from "./build";
import { PROJECT } from "./config";
import { RecordingMonitor, type RecordedResource } from "./render/recordingMonitor";
import { validateSiteConfig, type SiteConfig } from "./siteConfig";

export interface RenderedResource extends RecordedResource {
  readonly stack: string;
}

export interface RenderedStack {
  readonly stack: string;
  readonly resources: readonly RenderedResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Stands for a value that the file has in encrypted form. */
const ENCRYPTED = "encrypted";

/** `{secure: …}` cannot be read without the stack's key, and need not be. */
function withoutEncryption(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEncryption);
  if (!isRecord(value)) return value;
  if (typeof value["secure"] === "string" && Object.keys(value).length === 1) return ENCRYPTED;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutEncryption(each)]));
}

/** "Pulumi.dr.yaml" is the stack "dr". */
export const stackOfFile = (file: string): string =>
  /^Pulumi\.(.+)\.ya?ml$/.exec(basename(file))?.[1] ?? basename(file);

/**
 * The configuration in a stack's file, as the program would read it.
 * @throws SettingsError naming every key that is wrong.
 */
export function readStackFile(file: string): SiteConfig {
  const content: unknown = parse(readFileSync(file, "utf8"));
  const all = isRecord(content) && isRecord(content["config"]) ? content["config"] : {};
  const prefix = `${PROJECT}:`;
  const own = Object.entries(all).flatMap(([key, value]) =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), withoutEncryption(value)] as const] : [],
  );
  const validated = validateSiteConfig(Object.fromEntries(own));
  if ("problems" in validated) throw new SettingsError(file, validated.problems, prefix);
  return validated.config;
}

/** Of the form that real ones have, and the same in every stack: a rendering knows no real one. */
const placeholder = (user: string): string => `rendered-${user}-`.padEnd(32, "0");

/** Every user of a site gets a password that says what it is. */
function passwordsOf(config: SiteConfig): Readonly<Record<string, string>> {
  return Object.fromEntries(passwordUsers(config.settings).map((name) => [name, placeholder(name)]));
}

/** What stands for the outputs of a key, a request or a certificate. */
const pemOf = (name: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ["privateKeyPem", "privateKeyPemPkcs8", "certPem", "certRequestPem"].map((output) => [
      output,
      placeholder(`${name}-${output}`),
    ]),
  );

const mocks = (passwords: Readonly<Record<string, string>>): pulumi.runtime.Mocks => ({
  call: ({ inputs }) => inputs,
  newResource: ({ type, name, inputs }) => {
    const id = `${name}-id`;
    if (type === "random:index/randomPassword:RandomPassword")
      return { id, state: { ...inputs, result: placeholder(name.replace(/^cache-password-/, "")) } };
    if (type === "pulumi:pulumi:StackReference")
      return { id, state: { ...inputs, outputs: { passwords }, secretOutputNames: ["passwords"] } };
    if (type === "aws:iam/role:Role")
      return { id, state: { ...inputs, arn: `arn:aws:iam::000000000000:role/${String(inputs["name"])}` } };
    if (type.startsWith("tls:index/")) return { id, state: { ...inputs, ...pemOf(name) } };
    if (type === "aws:iam/accessKey:AccessKey") return { id, state: { ...inputs, secret: placeholder("aws-key") } };
    return { id, state: inputs };
  },
});

/**
 * The resources that `pulumi up` of a stack would ask for, without an engine, a provider or a network. Random values
 * are
 * replaced by fixed ones; values of resources that do not exist yet are as their inputs say. One at a time: the Pulumi
 * runtime of the process is taken over.
 */
export async function renderStack(stack: string, config: SiteConfig, extras: BuildExtras = {}): Promise<RenderedStack> {
  const own = mocks(passwordsOf(config));
  await pulumi.runtime.setMocks(own, PROJECT, stack, false, "organization");
  const monitor = new RecordingMonitor(own);
  pulumi.runtime.setMockOptions(monitor, PROJECT, stack, false, "organization");
  const outputs = await pulumi.runtime.runInPulumiStack(async () => buildSite(config, extras));
  await pulumi.runtime.disconnect();
  return {
    stack,
    resources: monitor.recorded().map((resource) => ({ stack, ...resource })),
    outputs: isRecord(outputs) ? outputs : {},
  };
}

/** Renders the stack of a file such as Pulumi.dr.yaml. @throws SettingsError naming every key that is wrong. */
export const renderStackFile = (file: string, extras?: BuildExtras): Promise<RenderedStack> =>
  renderStack(stackOfFile(file), readStackFile(file), extras);
