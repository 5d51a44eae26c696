import { PROFILES } from "../../policies/profiles";
import { FORMATS } from "../check/report";
import { command } from "../command/definition";
import { choice, flag, optionalList, optionalText, words } from "../command/options";

export const checkCommand = command({
  name: "check",
  summary:
    "judge the stacks by the policy pack, without cluster, cloud or engine; exit code 1 on a mandatory violation",
  sites: "none",
  options: {
    stack: optionalList("--stack <names>", "these stacks (default: all with a file Pulumi.<stack>.yaml)"),
    configFile: words("--config-file <files...>", "their configuration, where it is elsewhere"),
    resources: optionalText("--resources <file>", "judge a JSON list of {type, name, props, stack} instead"),
    manifests: optionalText(
      "--manifests <path>",
      "judge Kubernetes YAML instead: a file, a folder, or - for standard input",
    ),
    profile: choice(
      "--profile <profile>",
      "the rules: for any cache, for a site of this program, or by whether a site is found",
      ["auto", ...PROFILES] as const,
      "auto",
    ),
    allowEmpty: flag("--allow-empty", "do not fail where no cache is found"),
    policyConfig: optionalText(
      "--policy-config <file>",
      "levels, properties and exemptions of the policies, as for --policy-pack-config",
    ),
    format: choice("--format <format>", "how to print the result", FORMATS, "text"),
  },
  load: async () => {
    const { check } = await import("./check.js");
    return ({ stack, configFile, ...options }, { clock, folders }) =>
      check({
        ...options,
        stacks: stack,
        configFiles: configFile,
        cwd: folders.cwd,
        today: new Date(clock.now()).toISOString().slice(0, 10),
      });
  },
});
