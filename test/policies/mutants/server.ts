import { array, at, dig, mutant, object, places, rewrite, type Mutant, type World } from "./world";
import type { Draft, Json, Props } from "../fixtures/site";

/** Makes the server fall over, forget or be replaced. */
export const serverMutants = (world: World): Mutant[] => [
  ...flagMutants(world),
  ...sizeMutants(world),
  ...workloadMutants(world),
  ...imageMutants(world),
  ...securityMutants(world),
  ...scheduleMutants(world),
];

const TEMPLATE = ["spec", "template", "spec"] as const;
const server = (all: Draft[], place: number): Props => object(at(all, place).props, ...TEMPLATE, "containers", 0);

/** Changes the words that the server is started with; engines spell flags as "--name=value" or "--name", "value". */
function withFlag(container: Props, name: string, value: string | null): void {
  const words = array(container, "args").map(String);
  const at1 = words.findIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  const apart = words[at1] === `--${name}`;
  if (at1 >= 0) words.splice(at1, apart ? 2 : 1);
  container["args"] = value === null ? words : [...words, ...(apart ? [`--${name}`, value] : [`--${name}=${value}`])];
}

function flagMutants(world: World): Mutant[] {
  const changes: readonly [string, string | null][] =
    world.name === "redis"
      ? [
          ["maxmemory", null],
          ["maxmemory", "0"],
          ["maxmemory", "290mb"],
        ]
      : [
          ["break_replication_on_master_restart", null],
          ["break_replication_on_master_restart", "false"],
          ["version_check", null],
          ["version_check", "true"],
          ["admin_bind", null],
          ["admin_bind", "0.0.0.0"],
          ["admin_bind", ""],
          ["admin_nopass", "true"],
          ["primary_port_http_enabled", null],
          ["primary_port_http_enabled", "true"],
          ["maxmemory", null],
          ["maxmemory", "0"],
          ["maxmemory", "1gb"],
          ["maxmemory", "900mb"],
          ["maxmemory", "400mb"],
          ["maxmemory", "half"],
          ["proactor_threads", null],
          ["proactor_threads", "0"],
          ["proactor_threads", "4"],
          ["proactor_threads", "many"],
          ["dir", "s3://snapshots"],
          ["dir", "s3://snapshots/"],
        ];
  return places(world, "StatefulSet").flatMap((place) =>
    changes.map(([name, value]) =>
      mutant(world, `--${name} ${value === null ? "left out" : `is "${value}"`}`, "server", (all) =>
        withFlag(server(all, place.at), name, value),
      ),
    ),
  );
}

function sizeMutants(world: World): Mutant[] {
  return places(world, "StatefulSet").flatMap((place) => {
    const limits = (all: Draft[]): Props => object(server(all, place.at), "resources", "limits");
    const found = [
      mutant(world, "no limits", "server", (all) => void delete object(server(all, place.at), "resources")["limits"]),
      mutant(world, "no resources", "server", (all) => void delete server(all, place.at)["resources"]),
      mutant(world, "no limit of memory", "server", (all) => void delete limits(all)["memory"]),
      mutant(
        world,
        "a limit of memory that is no quantity",
        "server",
        (all) => void (limits(all)["memory"] = "plenty"),
      ),
    ];
    for (const memory of ["64Mi", "128Mi", "200Mi", "210M", "250Mi"])
      found.push(mutant(world, `a limit of ${memory}`, "server", (all) => void (limits(all)["memory"] = memory)));
    if (world.name !== "redis")
      for (const cpu of ["500m", "1", "0.9"])
        found.push(mutant(world, `a limit of ${cpu} cores`, "server", (all) => void (limits(all)["cpu"] = cpu)));
    return found;
  });
}

function workloadMutants(world: World): Mutant[] {
  const budget = (name: string, selects: Props, spec: Props): Mutant =>
    mutant(
      world,
      `PodDisruptionBudget: ${name}`,
      "server",
      (all) =>
        void all.push({
          type: "kubernetes:policy/v1:PodDisruptionBudget",
          name: "added",
          stack: "primary",
          props: {
            apiVersion: "policy/v1",
            kind: "PodDisruptionBudget",
            metadata: { name: "added", namespace: "cache" },
            spec: { selector: { matchLabels: selects }, ...spec },
          },
        }),
    );
  const pods = (component: string): Props => ({ "app.kubernetes.io/component": component });
  const found = [
    budget("the server is always there", pods("server"), { minAvailable: 1 }),
    budget("no server may be away", pods("server"), { maxUnavailable: 0 }),
    budget("all of the server", pods("server"), { minAvailable: "100%" }),
    budget("half of one server", pods("server"), { minAvailable: "50%" }),
    budget("nothing of the server", pods("server"), { maxUnavailable: "0%" }),
    budget("neither one nor the other", pods("server"), {}),
    budget("everything in the namespace", {}, { maxUnavailable: 0 }),
    budget("both gateways", pods("gateway"), { minAvailable: 2 }),
    budget("all of the gateways", pods("gateway"), { minAvailable: "100%" }),
    budget("three of two gateways", pods("gateway"), { minAvailable: 3 }),
  ];
  for (const place of places(world, "PodDisruptionBudget")) {
    found.push(
      mutant(world, "the gateway's budget allows nothing", "server", (all) => {
        const spec = object(at(all, place.at).props, "spec");
        delete spec["minAvailable"];
        spec["maxUnavailable"] = 0;
      }),
    );
  }
  for (const place of places(world, "StatefulSet")) {
    const spec = (all: Draft[]): Props => object(at(all, place.at).props, "spec");
    found.push(
      mutant(
        world,
        "a rolling update",
        "server",
        (all) => void (spec(all)["updateStrategy"] = { type: "RollingUpdate" }),
      ),
      mutant(world, "no word on updates", "server", (all) => void delete spec(all)["updateStrategy"]),
      mutant(
        world,
        "a rolling update that holds at a partition",
        "server",
        (all) => void (spec(all)["updateStrategy"] = { type: "RollingUpdate", rollingUpdate: { partition: 0 } }),
      ),
      mutant(world, "a Deployment", "server", (all) => {
        const { props, ...rest } = at(all, place.at);
        all.splice(place.at, 1, {
          ...rest,
          type: "kubernetes:apps/v1:Deployment",
          props: { ...props, kind: "Deployment" },
        });
      }),
    );
  }
  return found;
}

/** Every container of every workload of the first stack. */
function containers(world: World): {
  readonly title: string;
  readonly get: (all: Draft[]) => Props;
  readonly image: string;
  readonly pod: (all: Draft[]) => Props;
}[] {
  return ["StatefulSet", "Deployment", "CronJob"].flatMap((kind) =>
    places(world, kind).flatMap((place) => {
      const path = kind === "CronJob" ? ["spec", "jobTemplate", ...TEMPLATE] : TEMPLATE;
      return (["initContainers", "containers"] as const).flatMap((group) => {
        const own = object(place.resource.props, ...path)[group];
        return (Array.isArray(own) ? own : []).map((container, i) => ({
          title: `${place.resource.name}, ${String(dig(container, "name"))}`,
          image: String(dig(container, "image")),
          get: (all: Draft[]) => object(at(all, place.at).props, ...path, group, i),
          pod: (all: Draft[]) => object(at(all, place.at).props, ...path),
        }));
      });
    }),
  );
}

function imageMutants(world: World): Mutant[] {
  return containers(world).flatMap(({ title, get, image }) => {
    const [name = "", digest] = image.split("@");
    const bare = name.replace(/:[^:/]+$/, "");
    const set = (what: string, to: string): Mutant =>
      mutant(world, `${title}: ${what}`, "server", (all) => void (get(all)["image"] = to));
    const found = [
      set("the tag latest", `${bare}:latest`),
      set("no tag", bare),
      set("a registry with a port, and no tag", `registry:5000/${bare}`),
    ];
    if (digest !== undefined)
      found.push(
        set("no digest", name),
        set("half a digest", `${name}@sha256:abc`),
        set("the tag latest, with a digest", `${bare}:latest@${digest}`),
      );
    if (bare.endsWith("/dragonfly")) {
      for (const version of ["v1.36.0", "v1.9.0", "v0.40.1", "v1.30"])
        found.push(set(version, `${bare}:${version}@${digest ?? ""}`));
    }
    return found;
  });
}

function securityMutants(world: World): Mutant[] {
  const found = containers(world).flatMap(({ title, get, pod }) => {
    const edit = (what: string, change: (own: Props, all: Draft[]) => void): Mutant =>
      mutant(world, `${title}: ${what}`, "server", (all) => change(object(get(all), "securityContext"), all));
    return [
      edit("privileged", (own) => void (own["privileged"] = true)),
      edit("may gain privileges", (own) => void (own["allowPrivilegeEscalation"] = true)),
      edit("no word on gaining privileges", (own) => void delete own["allowPrivilegeEscalation"]),
      edit("keeps its capabilities", (own) => void delete own["capabilities"]),
      edit("drops one capability", (own) => void (own["capabilities"] = { drop: ["NET_RAW"] })),
      edit("adds a capability", (own) => void (own["capabilities"] = { drop: ["ALL"], add: ["SYS_PTRACE"] })),
      edit("root", (own) => void (own["runAsUser"] = 0)),
      edit("may be root", (own) => void (own["runAsNonRoot"] = false)),
      edit("unmasked /proc", (own) => void (own["procMount"] = "Unmasked")),
      edit("unconfined", (own) => void (own["seccompProfile"] = { type: "Unconfined" })),
      mutant(world, `${title}: no securityContext`, "server", (all) => void delete get(all)["securityContext"]),
      mutant(
        world,
        `${title}: a port of the node`,
        "server",
        (all) => void (get(all)["ports"] = [{ containerPort: 6379, hostPort: 6379 }]),
      ),
      mutant(
        world,
        `${title}: its pod takes the node's network`,
        "server",
        (all) => void (pod(all)["hostNetwork"] = true),
      ),
      mutant(
        world,
        `${title}: its pod takes the node's processes`,
        "server",
        (all) => void (pod(all)["hostPID"] = true),
      ),
      mutant(world, `${title}: its pod takes the node's memory`, "server", (all) => void (pod(all)["hostIPC"] = true)),
      mutant(
        world,
        `${title}: its pod has a folder of the node`,
        "server",
        (all) =>
          void (pod(all)["volumes"] = [...array(pod(all), "volumes"), { name: "node", hostPath: { path: "/" } }]),
      ),
      mutant(
        world,
        `${title}: its pod may be root`,
        "server",
        (all) => void (object(pod(all), "securityContext")["runAsNonRoot"] = false),
      ),
      mutant(
        world,
        `${title}: its pod is root`,
        "server",
        (all) => void (object(pod(all), "securityContext")["runAsUser"] = 0),
      ),
      mutant(
        world,
        `${title}: its pod has no seccomp profile`,
        "server",
        (all) => void delete object(pod(all), "securityContext")["seccompProfile"],
      ),
      mutant(
        world,
        `${title}: its pod has no securityContext`,
        "server",
        (all) => void delete pod(all)["securityContext"],
      ),
      mutant(
        world,
        `${title}: its pod sets a sysctl`,
        "server",
        (all) => void (object(pod(all), "securityContext")["sysctls"] = [{ name: "kernel.msgmax", value: "1" }]),
      ),
    ];
  });
  for (const place of places(world, "Namespace").filter(
    ({ resource }) => dig(resource.props, "metadata", "name") === "cache",
  )) {
    const labels = (all: Draft[]): Props => object(at(all, place.at).props, "metadata", "labels");
    for (const level of ["baseline", "privileged", null]) {
      found.push(
        mutant(world, `the namespace enforces ${level ?? "nothing"}`, "server", (all) => {
          if (level === null) delete labels(all)["pod-security.kubernetes.io/enforce"];
          else labels(all)["pod-security.kubernetes.io/enforce"] = level;
        }),
      );
    }
  }
  return found;
}

const SCHEDULES: readonly (readonly [string, Json])[] = [
  ["none", null],
  ["an empty one", ""],
  ["in words", "every day"],
  ["every minute", "* * * * *"],
  ["twice within ten minutes", "0,10 * * * *"],
  ["once a month", "0 0 1 * *"],
  ["on weekdays only", "0 3 * * 1-5"],
  ["minute 61", "61 * * * *"],
  ["30 February", "0 0 30 2 *"],
  ["with seconds", "0 0 */6 * * *"],
  ["four fields", "0 */6 * *"],
  ["by a nickname", "@daily"],
  ["a step of nothing", "*/0 * * * *"],
];

function scheduleMutants(world: World): Mutant[] {
  return [...storeMutants(world), ...timeMutants(world)];
}

/** Where the container beside the server stores snapshots. */
function storeMutants(world: World): Mutant[] {
  const isBeside = ({ props }: Draft): boolean =>
    "snapshots.json" in object(props, "data") && dig(props, "metadata", "namespace") === "cache";
  return places(world, "ConfigMap")
    .filter(({ resource }) => isBeside(resource))
    .flatMap((place) => {
      const edit = (name: string, change: (told: Props) => void): Mutant =>
        mutant(world, `snapshots.json: ${name}`, "server", (all) =>
          rewrite(at(all, place.at), "snapshots.json", (text) => {
            const told = JSON.parse(text) as Props;
            change(told);
            return JSON.stringify(told);
          }),
        );
      return [
        edit("the top of the bucket", (told) => void (told["prefix"] = "")),
        edit("the top of the bucket, by a slash", (told) => void (told["prefix"] = "/")),
        edit("another site's prefix", (told) => void (told["prefix"] = "cache/elsewhere/")),
        edit("no prefix", (told) => void delete told["prefix"]),
        edit("no bucket", (told) => void delete told["bucket"]),
        edit("every minute", (told) => void (told["cron"] = "* * * * *")),
        mutant(world, "snapshots.json: cut off", "server", (all) =>
          rewrite(at(all, place.at), "snapshots.json", (text) => text.slice(0, 40)),
        ),
      ];
    });
}

function timeMutants(world: World): Mutant[] {
  return places(world, "ConfigMap")
    .filter(({ resource }) => "site.json" in object(resource.props, "data"))
    .flatMap((place) =>
      SCHEDULES.map(([name, cron]) =>
        mutant(world, `snapshots: ${name}`, "server", (all) => {
          rewrite(at(all, place.at), "site.json", (text) =>
            JSON.stringify({ ...(JSON.parse(text) as Props), snapshotCron: cron }),
          );
          for (const { at: stored } of places(world, "ConfigMap").filter(
            ({ resource }) => "snapshots.json" in object(resource.props, "data"),
          )) {
            rewrite(at(all, stored), "snapshots.json", (text) =>
              JSON.stringify({ ...(JSON.parse(text) as Props), cron }),
            );
          }
        }),
      ),
    );
}
