import { rules } from "../../policies/rules";
import type { Family, Rule, Schema } from "../../policies/rule";
import { wrap } from "../components/catalogue/entries";
import { SURVIVORS } from "./mutants/all";

const FAMILIES: Readonly<Record<Family, string>> = {
  acl: "Users",
  network: "Network",
  server: "Server",
  storage: "Storage",
  dr: "Both sites",
};

const INTRODUCTION: Readonly<Record<Family, string>> = {
  acl:
    "Rules about users read the ACL file that the server starts with, wherever it is kept, and what its " +
    "guard is told to open them with. Commands are known by the engine's own categories.",
  network:
    "Who reaches whom is computed from all policies of the stack taken together (NetworkPolicies, Cilium's, " +
    "AdminNetworkPolicies and what stands for them), and compared with what the site declares. A search " +
    "looks for a pod or an address that is admitted and not meant to be; it is bounded, and what it cannot " +
    "decide is not judged, as is every namespace with policies of Calico or Antrea. The computation gives " +
    "the same verdicts as cyclonus on random policies (test/policies/network).",
  server: "Traps of the server and of Kubernetes that cost data or sleep.",
  storage: "Snapshots hold everything that the cache holds.",
  dr:
    "What no stack can be asked alone: these rules need the resources of both, and are judged by " +
    "`dragonfly-dr check` only.",
};

const WIDTH = 120;
/** An item of a list, its further lines indented. */
const item = (text: string): string[] => wrap(text, WIDTH - 2).map((line, i) => `${i === 0 ? "- " : "  "}${line}`);

const PLACES = [
  ["", "what is judged", "needs"],
  ["---", "---", "---"],
  [
    "`npx dragonfly-dr check`",
    "both sites as they would be, together",
    "nothing: no cluster, cloud or engine; about a second",
  ],
  [
    "`npx dragonfly-dr check --resources FILE`",
    "a JSON list of `{type, name, props, stack}`, as `dragonfly-dr render --stack primary` writes it",
    "the file",
  ],
  [
    "`npx dragonfly-dr check --manifests PATH`",
    "anybody's Kubernetes YAML: a file, a folder, or `-` for standard input, as from `helm template` or " +
      "`kustomize build`",
    "the files",
  ],
  ["`pulumi preview --policy-pack policies`", "one stack, as the engine sees it", "the stack's providers"],
  ["`pulumi policy analyze --policy-pack policies [--stack STACK]`", "one stack's state", "the backend"],
  [
    "`pulumi policy analyze --policy-pack policies --file STATE`",
    "an exported state; its secrets are redacted, and what depends on them is not judged",
    "the file",
  ],
]
  .map((cells) => `| ${cells.join(" | ")} |`)
  .join("\n");

/** The written part of docs/policies.md; the rules follow it. */
const HEAD = `# Policies

${rules.length} rules judge what a stack asks for before it is there. They read Redis ACLs, compute reachability and
compare both sites; each names the object, what is wrong with it and the remedy, and never a value that may be secret.
This page is made from the rules: \`UPDATE_GOLDEN=1 npx mocha test/policies/document.test.ts\` writes it anew, and a
test compares.

## Where they run

${PLACES}

Exit code 1 says that a mandatory rule is violated. \`check\` ends with 2 on bad input (a file that is missing or cannot
be read, a key that there is not, an exemption that has expired) and then lists every problem at once. \`--format
json|sarif|markdown\` is for programs, for code scanning and for comments; .github/workflows/pull-request.yml uses all
of it. SARIF and text name the line of the stack's file where a key of it is at fault. \`check\` says first what it
recognised (caches by engine, network policies). Where that is no cache it ends with 2, unless \`--allow-empty\` is
given. \`--profile generic\` has the rules that make sense for any cache, in words of no program's own; \`--profile
site\` has all. Without a word, a stack with a site of this program is judged by \`site\`, all else by \`generic\`.
Manifests may hold several documents and lists. SealedSecrets, ExternalSecrets and files of SOPS are unknown values; so
are a HelmRelease's where \`valuesFrom\` says that they are elsewhere. Recognised are the Dragonfly Operator's
resources, Dragonfly's own chart, Bitnami's charts redis and valkey, app-template, and workloads; caches of other
operators and charts are recognised and not judged. The folder policies runs wherever it is copied, after \`node
build.mjs\` (which makes policies/dist) and with the dependencies of its package.json. A preview of a new stack does not
know everything yet. What a rule cannot judge for that reason it says (\`notJudged\`; with the engine the advisory
policy \`not-judged\`), and raises no alarm.

## Configuration

\`--policy-config FILE\` of \`check\`, \`--policy-pack-config FILE\` of Pulumi; over what policies/config.json brings
along, property by property:

\`\`\`json
{
  "server-cron": { "enforcementLevel": "advisory", "minMinutes": 5 },
  "server-image-digest": "disabled",
  "acl-key-patterns": {
    "exemptions": [
      {
        "resource": "*",
        "part": "user langfuse",
        "stack": "primary",
        "reason": "Queue names are free until the queues have a prefix.",
        "expires": "2027-12-31"
      }
    ]
  }
}
\`\`\`

Levels are \`mandatory\`, \`advisory\` and \`disabled\`; \`"all"\` sets that of every rule. Every rule takes
\`exemptions\`: what they excuse is reported as exempted instead of violated. \`resource\` (the name in Pulumi) and
\`part\` may hold \`*\`; \`reason\` and the last day, \`expires\`, must be given. From the day after, \`check\` ends
with 2 and the finding is a violation again. What this project's own stacks are let off stands in
policies/config.json.`;

const TAIL = `## How the rules are tested

Each rule of these families is tried on mutants (test/policies/mutants): the rendered stacks of both sites, of the lab
and of the examples, the same with Cilium's policies, a cache of the Dragonfly Operator and one of its Helm chart,
broken in some 3,000 ways, one at a time. A rule of the right family has to catch each. Over 1,000 harmless variations
(another order, other spelling, objects beside it, properties that are not known yet) must raise no alarm. Figures are
in [benchmarks.md](benchmarks.md). These mutants survive, for the change makes no difference:

${SURVIVORS.flatMap(({ name, why }) => item(`\`${name.source}\`: ${why}.`)).join("\n")}

Not caught by any rule, as nothing of it is in a stack's resources: what somebody changes in the cluster by hand, a
certificate in a Secret that is made outside, and the content of images. A password that a person made up and that looks
generated passes.`;

/** docs/policies.md as the rules have it. */
export function policiesDocument(): string {
  const parts = (Object.keys(FAMILIES) as Family[]).map((family) => {
    const own = rules.filter((rule) => rule.family === family);
    return [`## ${FAMILIES[family]}`, wrap(INTRODUCTION[family], WIDTH).join("\n"), ...own.map(section)].join("\n\n");
  });
  return `${[HEAD, ...parts, TAIL].join("\n\n")}\n`;
}

function section(rule: Rule): string {
  const lines = [
    `### ${rule.name}`,
    "",
    ...wrap(`${rule.description} *${rule.level}, ${rule.severity}*`, WIDTH),
    "",
    ...item(`Reads ${rule.reads}.`),
    ...item(`Remedy: ${rule.remedy} [More](${rule.link})`),
  ];
  for (const [key, schema] of Object.entries(rule.configSchema))
    lines.push(
      ...item(
        `\`${key}\` (${typeOf(schema)}, default \`${JSON.stringify(schema.default)}\`): ${schema.description ?? ""}`,
      ),
    );
  return lines.join("\n");
}

function typeOf({ type, items, minimum, maximum }: Schema): string {
  const bounds = [
    minimum === undefined ? "" : `at least ${minimum}`,
    maximum === undefined ? "" : `at most ${maximum}`,
  ].filter((each) => each !== "");
  return [items === undefined ? type : `list of ${items.type}s`, ...bounds].join(", ");
}
