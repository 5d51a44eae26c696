import { Option, type Command } from "commander";
import type { Epoch, Seconds, SiteName } from "../../server/types";
import { FORMATS, type Format } from "../check/report";
import { epochOption, inMilliseconds, listOption, secondsOption, siteOption } from "../command/options";
import type { Result } from "../command/result";
import type { CommandContext } from "../command/context";
import type { SiteEntry } from "../sites/entry";

/** What a command runs with: the sites, and what reaches the world. */
export interface Scene {
  readonly entries: readonly SiteEntry[];
  readonly context: CommandContext;
}

type Run<Options> = (options: Options, scene: Scene) => Promise<Result>;

/**
 * One command: how it is called, where it takes the sites from, and what it does. Its module is loaded only when it
 * runs.
 */
export interface Definition {
  readonly name: string;
  readonly summary: string;
  /**
   * `refreshed`: asks the stacks and writes the site file; `cached`: never waits for Pulumi where there is a site file;
   * `none`: needs no sites.
   */
  readonly sites: "refreshed" | "cached" | "none";
  /** Adds the command's own options to it. */
  readonly options: (command: Command) => Command;
  /** @param options - as commander has read them with `options`. */
  readonly run: Run<never>;
}

const define = <Options>(definition: Omit<Definition, "run"> & { readonly run: Run<Options> }): Definition =>
  definition;

interface Changing {
  readonly dryRun?: true;
  readonly timeout: Seconds;
}

const run = (options: { readonly dryRun?: true }): "dry" | "really" => (options.dryRun === true ? "dry" : "really");
const follow = (options: { readonly wait: boolean; readonly waitTimeout: Seconds }) =>
  options.wait ? inMilliseconds(options.waitTimeout) : null;

const changing = (command: Command): Command =>
  command
    .option("--dry-run", "say what would be done, and change nothing")
    .addOption(
      new Option("--timeout <time>", "for each wait that clients may feel")
        .argParser(secondsOption)
        .default(15 as Seconds, "15s"),
    );

const waiting = (command: Command, time: number): Command =>
  command
    .option("--no-wait", "do not wait until the replicas follow in sync")
    .addOption(
      new Option("--wait-timeout <time>", "for the replicas to follow in sync")
        .argParser(secondsOption)
        .default(time as Seconds, `${time}s`),
    );

const patient = (command: Command, what: string): Command =>
  command.addOption(new Option("--wait-timeout <time>", what).argParser(secondsOption).default(3600 as Seconds, "1h"));

const maxLag = new Option("--max-lag <time>", "refuse when the target is further behind")
  .argParser(secondsOption)
  .default(5 as Seconds, "5s");

/** Every command there is, in the order of the help. What is still to come is added here when it exists. */
export const DEFINITIONS: readonly Definition[] = [
  define<Changing & { readonly primary: SiteName; readonly wait: boolean; readonly waitTimeout: Seconds }>({
    name: "init",
    summary: "introduce the sites to each other, once, with a first primary",
    sites: "refreshed",
    options: (c) =>
      waiting(changing(c.requiredOption("--primary <site>", "the site that is primary first", siteOption)), 120),
    run: async (o, { entries, context }) =>
      (await import("./init/run.js")).init(
        entries,
        { primary: o.primary, timeout: inMilliseconds(o.timeout), follow: follow(o), run: run(o) },
        context,
      ),
  }),
  define<object>({
    name: "status",
    summary: "show every site's role, epoch and state; exit code 0 when all is well",
    sites: "refreshed",
    options: (c) => c.option("--cached", "do not ask Pulumi for the sites"),
    run: async (_, { entries, context }) => (await import("./status/run.js")).status(entries, context),
  }),
  define<
    Changing & {
      readonly to: SiteName;
      readonly maxLag: Seconds;
      readonly wait: boolean;
      readonly waitTimeout: Seconds;
    }
  >({
    name: "switchover",
    summary: "move the primary to a replica without losing a write",
    sites: "cached",
    options: (c) =>
      waiting(
        changing(c.requiredOption("--to <site>", "the site that becomes primary", siteOption)).addOption(maxLag),
        60,
      ),
    run: async (o, { entries, context }) =>
      (await import("./switchover/run.js")).switchover(
        entries,
        { to: o.to, maxLag: o.maxLag, timeout: inMilliseconds(o.timeout), follow: follow(o), run: run(o) },
        context,
      ),
  }),
  define<
    Changing & {
      readonly to: SiteName;
      readonly acceptPartial?: true;
      readonly epochAtLeast?: Epoch;
      readonly yes?: true;
      readonly force?: true;
    }
  >({
    name: "failover",
    summary: "promote a site from what it holds; the old primary may be gone",
    sites: "cached",
    options: (c) =>
      changing(c.requiredOption("--to <site>", "the site that becomes primary", siteOption))
        .option("--accept-partial", "promote although the copy is partial or empty")
        .option("--yes", "do not ask; also where the primary is well and a switchover would lose nothing")
        .option("--force", "as --yes, and take over the lease of a command at work")
        .option("--epoch-at-least <epoch>", "for when no site's object can be read", epochOption),
    run: async (o, { entries, context }) =>
      (await import("./failover/run.js")).failover(
        entries,
        {
          to: o.to,
          acceptPartial: o.acceptPartial === true,
          epochAtLeast: o.epochAtLeast ?? null,
          consent: o.force === true ? "force" : o.yes === true ? "yes" : "ask",
          timeout: inMilliseconds(o.timeout),
          run: run(o),
        },
        context,
      ),
  }),
  define<
    Changing & {
      readonly to: SiteName;
      readonly maxLag: Seconds;
      readonly catchUp: Seconds;
      readonly wait: boolean;
      readonly waitTimeout: Seconds;
    }
  >({
    name: "failback",
    summary: "bring a former primary back: it follows, catches up, takes over",
    sites: "cached",
    options: (c) =>
      waiting(
        changing(c.requiredOption("--to <site>", "the site that comes back", siteOption)).addOption(maxLag),
        60,
      ).addOption(
        new Option("--catch-up <time>", "for the site to be in sync before the switchover")
          .argParser(secondsOption)
          .default(3600 as Seconds, "1h"),
      ),
    run: async (o, { entries, context }) =>
      (await import("./failback/run.js")).failback(
        entries,
        {
          to: o.to,
          maxLag: o.maxLag,
          timeout: inMilliseconds(o.timeout),
          catchUp: inMilliseconds(o.catchUp),
          follow: follow(o),
          run: run(o),
        },
        context,
      ),
  }),
  define<Changing & { readonly site: SiteName }>({
    name: "serve",
    summary: "let a primary serve although a peer has newer data, or its own is empty",
    sites: "cached",
    options: (c) =>
      changing(c.requiredOption("--site <site>", "the primary that holds back", siteOption)).requiredOption(
        "--accept-loss",
        "what this costs: the writes that only the peer has",
      ),
    run: async (o, { entries, context }) =>
      (await import("./overrideHold/run.js")).allow(
        entries,
        { command: "serve", site: o.site, allowance: "acceptLoss", timeout: inMilliseconds(o.timeout), run: run(o) },
        context,
      ),
  }),
  define<Changing & { readonly site: SiteName }>({
    name: "peer-lost",
    summary: "let a primary serve after a start although it cannot ask its peer",
    sites: "cached",
    options: (c) => changing(c.requiredOption("--site <site>", "the primary that holds back", siteOption)),
    run: async (o, { entries, context }) =>
      (await import("./overrideHold/run.js")).allow(
        entries,
        { command: "peer-lost", site: o.site, allowance: "peerLost", timeout: inMilliseconds(o.timeout), run: run(o) },
        context,
      ),
  }),
  define<Changing & { readonly site?: SiteName; readonly waitTimeout: Seconds }>({
    name: "snapshot",
    summary: "take a snapshot now and wait until it is in the store",
    sites: "cached",
    options: (c) =>
      patient(
        changing(c.option("--site <site>", "of this site (default: the primary)", siteOption)),
        "for the snapshot to be taken and uploaded",
      ),
    run: async (o, { entries, context }) =>
      (await import("./snapshot/run.js")).snapshot(
        entries,
        { site: o.site ?? null, timeout: inMilliseconds(o.timeout), wait: inMilliseconds(o.waitTimeout), run: run(o) },
        context,
      ),
  }),
  define<
    Changing & { readonly from: string; readonly to: SiteName; readonly yes?: true; readonly waitTimeout: Seconds }
  >({
    name: "restore",
    summary: "bring a site up as primary from a snapshot; what it holds is replaced",
    sites: "cached",
    options: (c) =>
      patient(
        changing(
          c
            .requiredOption("--from <id>", 'a snapshot\'s id, or "newest"')
            .requiredOption("--to <site>", "the site that becomes primary", siteOption),
        ).option("--yes", "do not ask whether all that may be overwritten"),
        "for the snapshot to be fetched and loaded",
      ),
    run: async (o, { entries, context }) =>
      (await import("./restore/run.js")).restore(
        entries,
        {
          from: o.from,
          to: o.to,
          consent: o.yes === true ? "yes" : "ask",
          timeout: inMilliseconds(o.timeout),
          wait: inMilliseconds(o.waitTimeout),
          run: run(o),
        },
        context,
      ),
  }),
  define<{ readonly dryRun?: true; readonly site?: SiteName; readonly waitTimeout: Seconds }>({
    name: "drill",
    summary: "prove that the newest snapshot of each site restores, in a throwaway server",
    sites: "cached",
    options: (c) =>
      patient(
        c
          .option("--dry-run", "say what would be done, and change nothing")
          .option("--site <site>", "of this site (default: all)", siteOption),
        "for each drill to end",
      ),
    run: async (o, { entries, context }) =>
      (await import("./drill/run.js")).drill(
        entries,
        { site: o.site ?? null, wait: inMilliseconds(o.waitTimeout), run: run(o) },
        context,
      ),
  }),
  define<{ readonly stack: string; readonly configFile?: string }>({
    name: "render",
    summary: "print the resources that a stack asks for, as JSON",
    sites: "none",
    options: (c) =>
      c
        .requiredOption("--stack <name>", "the stack")
        .option("--config-file <file>", "its configuration (default: Pulumi.<stack>.yaml)"),
    run: async (o) =>
      (await import("./render.js")).render({ stack: o.stack, configFile: o.configFile ?? null, cwd: process.cwd() }),
  }),
  define<{
    readonly stack?: readonly string[];
    readonly configFile?: readonly string[];
    readonly resources?: string;
    readonly policyConfig?: string;
    readonly format: Format;
  }>({
    name: "check",
    summary:
      "judge the stacks by the policy pack, without cluster, cloud or engine; exit code 1 on a mandatory violation",
    sites: "none",
    options: (c) =>
      c
        .option("--stack <names>", "these stacks (default: all with a file Pulumi.<stack>.yaml)", listOption)
        .option("--config-file <files...>", "their configuration, where it is elsewhere")
        .option("--resources <file>", "judge a JSON list of {type, name, props, stack} instead")
        .option(
          "--policy-config <file>",
          "levels, properties and exemptions of the policies, as for --policy-pack-config",
        )
        .addOption(new Option("--format <format>", "how to print the result").choices(FORMATS).default("text")),
    run: async (o) =>
      (await import("./check.js")).check({
        stacks: o.stack ?? null,
        configFiles: o.configFile ?? [],
        resources: o.resources ?? null,
        policyConfig: o.policyConfig ?? null,
        format: o.format,
        cwd: process.cwd(),
        today: new Date().toISOString().slice(0, 10),
      }),
  }),
];
