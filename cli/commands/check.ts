import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { configure, type Configuration } from "../../policies/configuration";
import { judge } from "../../policies/judge";
import { Deployment } from "../../policies/model/deployment";
import { rulesOf, type Profile } from "../../policies/profiles";
import { rules as allRules } from "../../policies/rules";
import { shippedConfiguration } from "../../policies/shipped";
import { jsonFault } from "../check/jsonFault";
import { jsonReport } from "../check/json";
import { markdownReport } from "../check/markdown";
import type { Source } from "../check/rendered";
import type { Manifests } from "../check/manifests/read";
import { hasSite, isEmpty, recognise } from "../check/recognised";
import { isMandatory, type Format, type Locate, type Place, type Report } from "../check/report";
import { readResources } from "../check/resourceFile";
import { sarifReport } from "../check/sarif";
import { StackFile } from "../check/stackFile";
import { textReport } from "../check/text";
import { EXIT, type ExitCode } from "../exit";
import { badInput, CommandFailure } from "../failure";
import type { Result } from "../command/result";
import { projectFolder, stacksOf } from "../sites/project";
import { recordOf } from "../../server/records";

export interface CheckOptions {
  /** Null: every stack of the project, or those of the configuration files that are given. */
  readonly stacks: readonly string[] | null;
  /** Configuration files instead of the project's own; empty for those. */
  readonly configFiles: readonly string[];
  /** A file of resources to judge instead of rendering any stack. */
  readonly resources: string | null;
  /** A file or a folder of Kubernetes objects, or "-" for standard input, to judge instead. */
  readonly manifests: string | null;
  /** `auto`: `site` where a site of this program is found, else `generic`. */
  readonly profile: Profile | "auto";
  /** Whether it is well that no cache is found. */
  readonly allowEmpty: boolean;
  /** Configuration of the policies, over what the pack brings along. */
  readonly policyConfig: string | null;
  readonly format: Format;
  readonly cwd: string;
  /** The UTC day as YYYY-MM-DD. */
  readonly today: string;
}

const PROJECT = "dragonfly-dr";

/**
 * Judges stacks by the policy pack, without cluster, cloud or engine. Exit code 1 on a mandatory violation, 2 on bad
 * input
 * and on an exemption that has expired (what it exempted is judged again).
 */
export async function check(options: CheckOptions): Promise<Result> {
  const [configuration, sources] = both(
    () => policyConfiguration(options.policyConfig),
    () => sourcesOf(options),
  );
  const { resources, places, ignored } = await resourcesOf(options, sources);
  const deployment = Deployment.of(resources);
  const profile = options.profile !== "auto" ? options.profile : hasSite(deployment) ? "site" : "generic";
  const rules = rulesOf(profile, allRules);
  const judgement = judge(rules, deployment, configuration, options.today);
  const stacks = deployment.stacks.map((stack) => stack.name);
  const files =
    options.resources === null ? sources : stacks.map((stack) => ({ stack, file: ownFile(options.cwd, stack) }));
  const report: Report = {
    judgement,
    locate: locator(files, places, options),
    recognised: recognise(deployment, ignored),
    profile,
    rules,
    judged: { resources: resources.length, stacks, policies: rules.length },
  };
  return { code: codeOf(report, options), json: jsonReport(report), text: show(report, options.format) };
}

function codeOf({ judgement, recognised }: Report, { allowEmpty }: CheckOptions): ExitCode {
  if (judgement.expired.length > 0) return EXIT.badInput;
  if (judgement.violations.some(isMandatory)) return EXIT.refused;
  return isEmpty(recognised) && !allowEmpty ? EXIT.badInput : EXIT.done;
}

/** @throws CommandFailure with the problems of both. */
function both<One, Other>(one: () => One, other: () => Other): readonly [One, Other] {
  const [first, second] = [attempt(one), attempt(other)];
  if ("done" in first && "done" in second) return [first.done, second.done];
  throw badInput(...[first, second].flatMap((each) => ("problems" in each ? each.problems : [])));
}

function attempt<Done>(run: () => Done): { readonly done: Done } | { readonly problems: readonly string[] } {
  try {
    return { done: run() };
  } catch (error) {
    if (error instanceof CommandFailure && error.code === EXIT.badInput) return { problems: error.problems };
    throw error;
  }
}

async function resourcesOf(
  { resources, manifests, cwd }: CheckOptions,
  sources: readonly Source[],
): Promise<Manifests> {
  if (manifests !== null) return (await import("../check/manifests/read.js")).readManifests(manifests, cwd);
  const none = { places: new Map<string, Place>(), ignored: 0 };
  if (resources !== null) return { ...none, resources: readResources(resources) };
  // Loading Pulumi's libraries costs most of the time: only where something is rendered.
  return { ...none, resources: await (await import("../check/rendered.js")).renderAll(sources) };
}

function show(report: Report, format: Format): string {
  switch (format) {
    case "text":
      return textReport(report);
    case "json":
      return `${JSON.stringify(jsonReport(report), null, 2)}\n`;
    case "markdown":
      return markdownReport(report);
    case "sarif":
      return `${JSON.stringify(sarifReport(report, packageVersion()), null, 2)}\n`;
  }
}

/** @throws CommandFailure naming everything that is wrong with it. */
function policyConfiguration(file: string | null): Configuration {
  const own = file === null ? {} : readJson(file);
  const { configuration, problems } = configure([shippedConfiguration, own], allRules);
  if (problems.length > 0)
    throw badInput(...problems.map((problem) => (file === null ? problem : `${file}: ${problem}`)));
  return configuration;
}

function readJson(file: string): unknown {
  if (!existsSync(file))
    throw badInput(`${file}: there is no such file; give the configuration of the policies with --policy-config`);
  const text = readFileSync(file, "utf8");
  const fault = jsonFault(text);
  if (fault !== undefined)
    throw badInput(
      `${file}: not JSON at line ${fault.line}, column ${fault.column}; write {"<policy>": "mandatory" | ` +
        `"advisory" | "disabled" | {…}}`,
    );
  return JSON.parse(text);
}

const ownFile = (cwd: string, stack: string): string => join(projectFolder(cwd), `Pulumi.${stack}.yaml`);
const stackOf = (file: string): string => /(?:^|[\\/])Pulumi\.([^\\/]+)\.ya?ml$/.exec(file)?.[1] ?? file;

/** @throws CommandFailure where a file is missing or the options contradict each other. */
function sourcesOf({ stacks, configFiles, resources, manifests, cwd }: CheckOptions): readonly Source[] {
  const given = [...(resources === null ? [] : ["--resources"]), ...(manifests === null ? [] : ["--manifests"])];
  if (given.length > 1) throw badInput("--resources and --manifests: each is judged alone; give one of them");
  if (given.length > 0) {
    if (stacks !== null || configFiles.length > 0)
      throw badInput(`${given.join()}: judges what it names as it is; leave out --stack and --config-file`);
    return [];
  }
  const sources =
    configFiles.length > 0
      ? ofFiles(stacks, configFiles)
      : (stacks ?? stacksOf(projectFolder(cwd))).map((stack) => ({ stack, file: ownFile(cwd, stack) }));
  if (sources.length === 0)
    throw badInput(
      `${projectFolder(cwd)}: there is no stack with a file Pulumi.<stack>.yaml; run the command in the ` +
        "project's folder, or give --config-file",
    );
  const missing = sources
    .filter(({ file }) => !existsSync(file))
    .map(({ stack, file }) => unknownStack(stack, file, configFiles.length > 0 ? [] : stacksOf(projectFolder(cwd))));
  const twice = sources
    .filter(({ stack }, i) => sources.findIndex((each) => each.stack === stack) < i)
    .map(({ stack }) => `stack ${stack}: given twice; name each once`);
  if (missing.length + twice.length > 0) throw badInput(...missing, ...twice);
  return sources;
}

const unknownStack = (stack: string, file: string, known: readonly string[]): string =>
  known.length === 0
    ? `${file}: there is no such file; give the configuration of stack ${stack} with --config-file`
    : `stack ${stack}: there is no file ${file}; name one of ${known.join(", ")}, or give --config-file`;

function ofFiles(stacks: readonly string[] | null, files: readonly string[]): Source[] {
  if (stacks === null) return files.map((file) => ({ stack: stackOf(file), file }));
  if (stacks.length !== files.length)
    throw badInput(`--config-file: ${files.length} for ${stacks.length} stacks; give one for each, in their order`);
  return stacks.map((stack, i) => ({ stack, file: files[i] ?? "" }));
}

/** Lines of the stacks' files, each read once. */
function locator(
  files: readonly Source[],
  places: ReadonlyMap<string, Place>,
  { cwd, resources }: CheckOptions,
): Locate {
  const read = new Map<string, StackFile>();
  for (const { stack, file } of files)
    if (existsSync(file)) read.set(stack, new StackFile(relative(cwd, file), readFileSync(file, "utf8"), PROJECT));
  return ({ stack, urn }, config) => {
    const place = urn === undefined ? undefined : places.get(urn);
    if (place !== undefined) return place;
    const file = read.get(stack);
    if (file !== undefined) return { file: file.path, line: config.length === 0 ? 1 : file.lineOf(config) };
    return resources === null ? undefined : { file: relative(cwd, resources) || resources, line: 1 };
  };
}

function packageVersion(): string {
  for (const path of ["../../package.json", "../../../package.json"]) {
    const file = join(__dirname, path);
    if (!existsSync(file)) continue;
    const content: unknown = JSON.parse(readFileSync(file, "utf8"));
    const { version } = recordOf(content);
    if (typeof version === "string") return version;
  }
  return "0.0.0";
}
