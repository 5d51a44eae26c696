import type { Family } from "../../../policies/rule";
import { array, at, mutant, object, places, rewrite, type Mutant, type World } from "./world";
import type { Draft, Json, Props } from "../fixtures/site";

/** Breaks caches that an operator or a chart makes: their users, their flags, the ports of their pods. */
export function carriedMutants(world: World): Mutant[] {
  const carrier = world.name === "operator" ? places(world, "Dragonfly") : places(world, "Release");
  return [
    ...aclMutants(world),
    ...networkMutants(world),
    ...carrier.flatMap(({ at: place }) =>
      world.name === "operator" ? operatorMutants(world, place) : chartMutants(world, place),
    ),
  ];
}

const LINES: readonly [string, (line: string) => string][] = [
  // A user that is off, and that no guard switches on, lets nobody in.
  ["on and nopass", (line) => `${line.replace(/ off /i, " ON ")} nopass`],
  ["an unknown rule", (line) => `${line} everything`],
  ["an unknown category", (line) => `${line} +@everything`],
  ["no name", (line) => line.replace(/^(\S+) \S+/, "$1")],
  ["a comment in front", (line) => `# ${line}`],
  ["half a hash", (line) => line.replace(/#[0-9a-f]{64}/, "#abc123")],
  ["a rule for a subcommand", (line) => `${line} +CONFIG|GET`],
  ["all commands", (line) => `${line} +@all`],
  ["dangerous commands", (line) => `${line} +@dangerous`],
  ["every key", (line) => line.replace(/ ~\S+/g, "").replace(/ resetkeys/, " resetkeys ~*")],
  ["the guard's keys", (line) => line.replace(/ resetkeys/, " resetkeys ~__dr:*")],
  ["SHUTDOWN", (line) => `${line} +SHUTDOWN`],
];

function aclMutants(world: World): Mutant[] {
  const secret = places(world, "Secret").find(({ resource }) => resource.name === "acl");
  if (secret === undefined) return [];
  const lines = Buffer.from(String(object(secret.resource.props, "data")["users.acl"]), "base64")
    .toString()
    .trimEnd()
    .split("\n");
  const edit = (name: string, change: (lines: string[]) => string[]): Mutant =>
    mutant(world, `ACL file: ${name}`, "acl", (all) =>
      rewrite(at(all, secret.at), "users.acl", (text) => `${change(text.trimEnd().split("\n")).join("\n")}\n`),
    );
  const found = [
    edit("no line for default", (all) => all.filter((line) => !line.includes(" default "))),
    edit("in prose", () => ["Everybody may do everything."]),
  ];
  for (const line of lines) {
    const user = line.split(" ")[1] ?? "";
    if (user === "default" || user === "guard") continue;
    for (const [name, change] of LINES)
      if (change(line) !== line)
        found.push(edit(`${user}: ${name}`, (all) => all.map((each) => (each === line ? change(each) : each))));
  }
  for (const place of places(world, "Secret").filter(({ resource }) => resource.name === "passwords")) {
    for (const key of Object.keys(object(place.resource.props, "data"))) {
      found.push(
        mutant(world, `password ${key}: short`, "acl", (all) => rewrite(at(all, place.at), key, () => "Ab3_x")),
        mutant(world, `password ${key}: with other signs`, "acl", (all) =>
          rewrite(at(all, place.at), key, () => "correct horse battery staple!"),
        ),
      );
    }
  }
  return found;
}

function networkMutants(world: World): Mutant[] {
  const found: Mutant[] = [];
  const wide: readonly [string, Json][] = [
    ["any pod", { namespaceSelector: {} }],
    ["any address", { ipBlock: { cidr: "0.0.0.0/0" } }],
    ["namespaces by a label", { namespaceSelector: { matchLabels: { team: "payments" } } }],
  ];
  for (const place of places(world, "NetworkPolicy")) {
    const spec = (all: Draft[]): Props => object(at(all, place.at).props, "spec");
    const edit = (what: string, change: (own: Props, all: Draft[]) => void): void =>
      void found.push(mutant(world, `${place.resource.name}: ${what}`, "network", (all) => change(spec(all), all)));
    if (place.resource.name === "default-deny") {
      edit("dropped", (_, all) => void all.splice(place.at, 1));
      edit("for ingress only", (own) => void (own["policyTypes"] = ["Ingress"]));
      edit("for egress only", (own) => void (own["policyTypes"] = ["Egress"]));
      edit("opens everything in", (own) => void (own["ingress"] = [{}]));
      continue;
    }
    for (const [who, peer] of wide) {
      edit(`6379 for ${who}`, (own) => array(own, "ingress", 0, "from").push(structuredClone(peer)));
      edit(`9999 for ${who}`, (own) => array(own, "ingress", 1, "from").push(structuredClone(peer)));
      edit(`egress to ${who}`, (own) => array(own, "egress").push({ to: [structuredClone(peer)] }));
    }
    edit("the admin port for monitoring", (own) =>
      array(own, "ingress", 1, "ports").push({ port: 6399, protocol: "TCP" }),
    );
    edit("9999 for clients", (own) => array(own, "ingress", 0, "ports").push({ port: 9999, protocol: "TCP" }));
    edit("opens everything in", (own) => array(own, "ingress").push({}));
    edit("opens everything out", (own) => array(own, "egress").push({}));
  }
  return found;
}

function editor(
  world: World,
  place: number,
): (family: Family, name: string, change: (props: Props, all: Draft[]) => void) => Mutant {
  return (family, name, change) => mutant(world, name, family, (all) => change(at(all, place).props, all));
}

const FLAGS: readonly [Family, string][] = [
  ["server", "--version_check=true"],
  ["server", "--break_replication_on_master_restart=false"],
  ["server", "--maxmemory=1gb"],
  ["server", "--maxmemory=100mb"],
  ["server", "--maxmemory=0"],
  ["server", "--proactor_threads=8"],
  ["acl", "--requirepass=hunter2"],
  ["acl", "--masterauth=hunter2"],
];

function operatorMutants(world: World, place: number): Mutant[] {
  const edit = editor(world, place);
  const spec = (props: Props): Props => object(props, "spec");
  return [
    ...FLAGS.map(([family, flag]) =>
      edit(family, `args: ${flag.replace("hunter2", "…")}`, (props) => array(spec(props), "args").push(flag)),
    ),
    edit("acl", "neither ACL file nor password", (props) => {
      delete spec(props)["aclFromSecret"];
      delete spec(props)["authentication"];
    }),
    edit("acl", "no password beside the ACL file", (props) => void delete spec(props)["authentication"]),
    edit("acl", "a password in env", (props) =>
      array(spec(props), "env").push({ name: "DFLY_requirepass", value: "hunter2" }),
    ),
    edit("acl", "a URL with credentials in env", (props) =>
      array(spec(props), "env").push({ name: "UPSTREAM", value: "redis://x:hunter2@y:6379" }),
    ),
    edit(
      "acl",
      "a password in an annotation",
      (props) => void (object(props, "metadata")["annotations"] = { "example.com/password": "hunter2" }),
    ),
    edit(
      "server",
      "the tag latest",
      (props) => void (spec(props)["image"] = "docker.dragonflydb.io/dragonflydb/dragonfly:latest"),
    ),
    edit(
      "server",
      "no digest",
      (props) => void (spec(props)["image"] = "docker.dragonflydb.io/dragonflydb/dragonfly:v1.39.0"),
    ),
    edit(
      "server",
      "v1.30",
      (props) =>
        void (spec(props)["image"] = `docker.dragonflydb.io/dragonflydb/dragonfly:v1.30.0@sha256:${"a".repeat(64)}`),
    ),
    edit("server", "no limit of memory", (props) => void delete object(spec(props), "resources")["limits"]),
    edit("server", "no snapshots", (props) => void delete spec(props)["snapshot"]),
    edit("server", "a schedule in words", (props) => void (object(spec(props), "snapshot")["cron"] = "now and then")),
    edit(
      "server",
      "a schedule of each minute",
      (props) => void (object(spec(props), "snapshot")["cron"] = "* * * * *"),
    ),
    edit(
      "server",
      "snapshots at the top of a bucket",
      (props) => void (object(spec(props), "snapshot")["dir"] = "s3://snapshots"),
    ),
    edit(
      "server",
      "no word on threads",
      (props) =>
        void (spec(props)["args"] = array(spec(props), "args").filter((word) => !String(word).includes("threads"))),
    ),
    edit(
      "server",
      "no word on memory",
      (props) =>
        void (spec(props)["args"] = array(spec(props), "args").filter((word) => !String(word).includes("maxmemory"))),
    ),
  ];
}

function chartMutants(world: World, place: number): Mutant[] {
  const edit = editor(world, place);
  const values = (props: Props): Props => object(props, "values");
  const without =
    (word: string) =>
    (props: Props): void =>
      void (values(props)["extraArgs"] = array(values(props), "extraArgs").filter(
        (each) => !String(each).includes(word),
      ));
  return [
    ...FLAGS.map(([family, flag]) =>
      edit(family, `extraArgs: ${flag.replace("hunter2", "…")}`, (props) =>
        array(values(props), "extraArgs").push(flag),
      ),
    ),
    edit("acl", "neither ACL file nor password", (props) => {
      without("aclfile")(props);
      delete values(props)["passwordFromSecret"];
    }),
    edit("acl", "no password beside the ACL file", (props) => void delete values(props)["passwordFromSecret"]),
    edit("acl", "a password in env", (props) =>
      array(values(props), "env").push({ name: "DFLY_requirepass", value: "hunter2" }),
    ),
    edit("acl", "a value called a password", (props) => void (values(props)["auth"] = { password: "hunter2" })),
    edit(
      "acl",
      "a URL with credentials, deep down",
      (props) => void (values(props)["sidecars"] = [{ config: { url: "redis://x:hunter2@y:6379" } }]),
    ),
    edit("server", "the tag latest", (props) => void (object(values(props), "image")["tag"] = "latest")),
    edit(
      "server",
      "v1.30",
      (props) => void (object(values(props), "image")["tag"] = `v1.30.0@sha256:${"a".repeat(64)}`),
    ),
    edit("server", "no digest", (props) => void (object(values(props), "image")["tag"] = "v1.39.0")),
    edit("server", "no resources", (props) => void delete values(props)["resources"]),
    ...[
      "maxmemory",
      "proactor_threads",
      "version_check",
      "break_replication",
      "primary_port_http",
      "snapshot_cron",
    ].map((word) => edit("server", `without --${word}…`, without(word))),
    edit("server", "snapshots at the top of a bucket", (props) => {
      without("--dir")(props);
      array(values(props), "extraArgs").push("--dir=s3://snapshots");
    }),
    edit("server", "a schedule in words", (props) => {
      without("snapshot_cron")(props);
      array(values(props), "extraArgs").push("--snapshot_cron=now and then");
    }),
  ];
}
