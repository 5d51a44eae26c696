import { array, at, dig, mutant, object, places, rewrite, type Mutant, type World } from "./world";
import type { Draft, Json, Props } from "../fixtures/site";

/** Breaks what users may do: in the file that the server starts with, and in what its guard is told. */
export const aclMutants = (world: World): Mutant[] => [
  ...fileMutants(world),
  ...siteMutants(world),
  ...passwordMutants(world),
  ...plainMutants(world),
];

const inFile = (world: World, name: string, change: (lines: string[]) => string[]): Mutant[] =>
  places(world, "Secret")
    .filter(({ resource }) => "users.acl" in object(resource.props, "data"))
    .map((place) =>
      mutant(world, `ACL file: ${name}`, "acl", (all) =>
        rewrite(at(all, place.at), "users.acl", (text) => change(text.trimEnd().split("\n")).join("\n") + "\n"),
      ),
    );

const userOf = (line: string): string => line.split(" ")[1] ?? "";
const linesOf = (world: World): string[] => {
  const secret = places(world, "Secret").find(({ resource }) => "users.acl" in object(resource.props, "data"));
  return secret === undefined
    ? []
    : Buffer.from(String(object(secret.resource.props, "data")["users.acl"]), "base64")
        .toString()
        .trimEnd()
        .split("\n");
};

function fileMutants(world: World): Mutant[] {
  const lines = linesOf(world);
  const one =
    (user: string, change: (line: string) => string) =>
    (all: string[]): string[] =>
      all.map((line) => (userOf(line) === user ? change(line) : line));
  const replace =
    (from: RegExp, to: string) =>
    (line: string): string =>
      line.replace(from, to);
  const found: Mutant[] = [];
  for (const user of lines.map(userOf)) {
    const on = world.name === "redis" ? "on" : "ON";
    const edits: [string, (line: string) => string][] = [
      // A user that is off, and that no guard switches on, lets nobody in.
      ...(["operator", "chart"].includes(world.name) && !/ on /i.test(lines.find((line) => userOf(line) === user) ?? "")
        ? []
        : [["nopass", (line) => `${line} nopass`] satisfies [string, (line: string) => string]]),
      ["on and nopass", (line) => `${line.replace(/ off /i, ` ${on} `)} nopass`],
      ["a comment in front", (line) => (world.name === "redis" ? `remark ${line}` : `# ${line}`)],
      ["no name", replace(/^(\S+) \S+/, "$1")],
      ["an unknown rule", (line) => `${line} everything`],
      ["an unknown category", (line) => `${line} +@everything`],
      ["half a hash", replace(/#[0-9a-f]{64}/, "#abc123")],
      ["a quoted name", replace(/^(\S+) (\S+)/, '$1 "$2')],
    ];
    if (world.name === "dragonfly")
      edits.push(
        ["a rule for a subcommand", (line) => `${line} +CONFIG|GET`],
        ["a line too short", replace(/^(\S+ \S+ \S+).*/, "$1")],
        ["an unknown command", (line) => `${line} +TELEPORT`],
      );
    if (user !== "default")
      edits.push(
        ["every key", (line) => line.replace(/ ~\S+/g, "").replace(/ resetkeys/, " resetkeys ~*")],
        ["all commands", (line) => `${line} +@all`],
        ["dangerous commands", (line) => `${line} +@dangerous`],
      );
    if (user !== "default" && user !== "guard")
      edits.push(
        ["the guard's keys", (line) => line.replace(/ resetkeys/, " resetkeys ~__dr:*")],
        ["SHUTDOWN", (line) => `${line} +shutdown`],
      );
    // langfuse is let off CONFIG, with a reason and a date.
    if (!["default", "guard", "langfuse"].includes(user)) edits.push(["CONFIG", (line) => `${line} +config`]);
    if (!["default", "guard", "monitoring", "snapshots"].includes(user))
      edits.push(["open from the start", (line) => line.replace(/ off /i, ` ${on} `)]);
    if (user === "guard") edits.push(["keys beside its own", (line) => line.replace(/ ~__dr:\*/, " ~__dr:* ~cache:*")]);
    if (user === "heimdall")
      edits.push(
        ["another pattern", (line) => line.replace(/~heimdall:dns:cache:\*/, "~heimdall:*")],
        ["one pattern more", (line) => line.replace(/ ~heimdall/, " ~dns:* ~heimdall")],
      );
    // A hash that is not there cannot be halved: default's line has none.
    for (const [name, change] of edits)
      if (lines.some((line) => userOf(line) === user && change(line) !== line))
        found.push(...inFile(world, `${user}: ${name}`, one(user, change)));
  }
  found.push(...inFile(world, "no line for default", (all) => all.filter((line) => userOf(line) !== "default")));
  found.push(
    ...inFile(world, "a user that the guard does not know", (all) => [
      ...all,
      `${world.name === "redis" ? "user" : "USER"} extra ${world.name === "redis" ? "on" : "ON"} ` +
        `#${"a".repeat(64)} resetkeys ~extra:* -@all +get`,
    ]),
  );
  found.push(...inFile(world, "litellm left out", (all) => all.filter((line) => userOf(line) !== "litellm")));
  // Dragonfly joins the two.
  if (world.name === "redis") found.push(...inFile(world, "a user twice", (all) => [...all, all.at(-1) ?? ""]));
  found.push(
    ...inFile(world, "default on, with everything", (all) => [
      "USER default ON nopass ~* &* +@all".replace("USER", world.name === "redis" ? "user" : "USER"),
      ...all.slice(1),
    ]),
  );
  found.push(...inFile(world, "appcache has litellm's keys", one("appcache", replace(/~cache:\*/, "~litellm:*"))));
  found.push(...inFile(world, "appcache has keys above litellm's", one("appcache", replace(/~cache:\*/, "~lite*"))));
  found.push(...inFile(world, "an ACL file in prose", () => ["Everybody may do everything."]));
  found.push(
    ...places(world, "StatefulSet").flatMap((place) => [
      mutant(world, "no ACL file at all", "acl", (all) => {
        const container = object(at(all, place.at).props, "spec", "template", "spec", "containers", 0);
        container["args"] = array(container, "args").filter(
          (word, i, words) => !String(word).includes("aclfile") && words[i - 1] !== "--aclfile",
        );
        container["env"] = [];
      }),
      mutant(world, "no ACL file, though a password", "acl", (all) => {
        const container = object(at(all, place.at).props, "spec", "template", "spec", "containers", 0);
        container["args"] = array(container, "args").filter(
          (word, i, words) => !String(word).includes("aclfile") && words[i - 1] !== "--aclfile",
        );
      }),
      mutant(world, "an ACL file that nothing mounts", "acl", (all) => {
        const container = object(at(all, place.at).props, "spec", "template", "spec", "containers", 0);
        container["volumeMounts"] = array(container, "volumeMounts").filter(
          (each) => (each as Props)["name"] !== "acl",
        );
      }),
      mutant(world, "an ACL file under another key", "acl", (all) => {
        const holder = all.find(({ type, props }) => type.endsWith(":Secret") && "users.acl" in object(props, "data"));
        if (holder === undefined) throw new Error("no ACL file");
        const { "users.acl": text, ...rest } = object(holder.props, "data");
        holder.props["data"] = { ...rest, "acl.users": text ?? "" };
      }),
    ]),
  );
  return found;
}

interface SiteUser extends Props {
  name: string;
  keys: Json[];
  channels: Json[];
  commands: Json[];
}

function siteMutants(world: World): Mutant[] {
  const place = places(world, "ConfigMap").find(({ resource }) => "site.json" in object(resource.props, "data"));
  if (place === undefined) return [];
  const users = usersIn(place.resource);
  const edit = (name: string, change: (users: SiteUser[], site: Props) => void): Mutant =>
    mutant(world, `site.json: ${name}`, "acl", (all) =>
      rewrite(at(all, place.at), "site.json", (text) => {
        const site = JSON.parse(text) as Props;
        change(site["users"] as unknown as SiteUser[], site);
        return JSON.stringify(site, null, 2);
      }),
    );
  const one = (name: string, what: string, change: (user: SiteUser) => void): Mutant =>
    edit(`${name}: ${what}`, (all) => all.filter((user) => user.name === name).forEach(change));
  const found: Mutant[] = [
    edit("default open", (_, site) => void (site["defaultUser"] = "open")),
    mutant(world, "site.json: cut off", "acl", (all) =>
      rewrite(at(all, place.at), "site.json", (text) => text.slice(0, 100)),
    ),
    mutant(world, "site.json: no users", "acl", (all) => rewrite(at(all, place.at), "site.json", () => "{}")),
  ];
  for (const { name, kind, commands } of users) {
    if (kind === "application" || kind === "monitoring" || kind === "replication") {
      found.push(
        one(name, "every key", (user) => void (user.keys = ["*"])),
        one(name, "the guard's keys", (user) => void user.keys.push("__dr:*")),
        one(name, "a part of the guard's keys", (user) => void user.keys.push("__d*")),
        one(name, "all commands", (user) => void (user.commands = ["+@all"])),
        one(
          name,
          "all commands, dangerous ones taken away too early",
          (user) => void (user.commands = ["-@dangerous", "+@all"]),
        ),
        one(name, "administration", (user) => void user.commands.push("+@admin")),
        one(
          name,
          "reading, with what is dangerous of it",
          (user) => void (user.commands = ["-@all", "+@read", "+@write"]),
        ),
        one(name, "ACL", (user) => void user.commands.push("+ACL")),
        one(name, "REPLICAOF", (user) => void user.commands.push("+REPLICAOF")),
        one(name, "FLUSHALL", (user) => void user.commands.push("+FLUSHALL")),
        one(name, "DEBUG", (user) => void user.commands.push("+DEBUG")),
        one(name, "an unknown category", (user) => void user.commands.push("+@fun")),
        one(name, "a pattern with a blank", (user) => void user.keys.push("a b*")),
      );
    }
    if (commands.includes("-@dangerous"))
      found.push(
        one(
          name,
          "no -@dangerous",
          (user) => void (user.commands = user.commands.filter((rule) => rule !== "-@dangerous")),
        ),
      );
    if (name !== "langfuse" && kind === "application")
      found.push(one(name, "CONFIG", (user) => void user.commands.push("+CONFIG")));
    if (["heimdall", "monitoring", "replication"].includes(name))
      found.push(one(name, "scripts", (user) => void user.commands.push("+EVAL")));
    if (kind === "guard")
      found.push(
        one(name, "every key", (user) => void (user.keys = ["*"])),
        one(name, "an application's keys", (user) => void user.keys.push("cache:*")),
      );
  }
  for (const [one1, other] of [
    ["appcache", "litellm"],
    ["keycloak", "heimdall"],
    ["litellm", "keycloak"],
  ] as const) {
    found.push(
      edit(`${one1} has ${other}'s keys`, (all) => {
        const [to, from] = [all.find((user) => user.name === one1), all.find((user) => user.name === other)];
        if (to !== undefined && from !== undefined) to.keys.push(...from.keys);
      }),
    );
  }
  found.push(
    one("heimdall", "a wider pattern", (user) => void (user.keys = ["heimdall:*"])),
    one("heimdall", "one pattern more", (user) => void user.keys.push("dns:*")),
  );
  return found;
}

function usersIn(resource: Draft): SiteUser[] {
  const site: unknown = JSON.parse(String(object(resource.props, "data")["site.json"]));
  return (site as { users: SiteUser[] }).users;
}

const PASSWORDS = "dragonfly-passwords";

function passwordMutants(world: World): Mutant[] {
  const found: Mutant[] = [];
  const holder = places(world, "Secret").find(({ resource }) => dig(resource.props, "metadata", "name") === PASSWORDS);
  if (holder !== undefined) {
    const keys = Object.keys(object(holder.resource.props, "data"));
    for (const key of keys) {
      const edit = (name: string, value: string): Mutant =>
        mutant(world, `password ${key}: ${name}`, "acl", (all) => rewrite(at(all, holder.at), key, () => value));
      found.push(
        edit("short", "Ab3_x"),
        edit("with other signs", "correct horse battery staple!"),
        edit("one letter", "a".repeat(32)),
      );
    }
    const [first = "", second = ""] = keys;
    found.push(
      mutant(world, "two users, one password", "acl", (all) =>
        rewrite(at(all, holder.at), first, () =>
          Buffer.from(String(object(holder.resource.props, "data")[second]), "base64").toString(),
        ),
      ),
    );
    found.push(
      mutant(
        world,
        "passwords that are no Pulumi secrets",
        "acl",
        (all) => void all.splice(holder.at, 1, { ...at(all, holder.at), secrets: [] }),
      ),
    );
  }
  for (const place of places(world, "RandomPassword")) {
    found.push(
      mutant(world, `${place.resource.name}: short`, "acl", (all) => void (at(all, place.at).props["length"] = 8)),
      mutant(
        world,
        `${place.resource.name}: any sign`,
        "acl",
        (all) => void delete at(all, place.at).props["overrideSpecial"],
      ),
      mutant(
        world,
        `${place.resource.name}: signs that need quotes`,
        "acl",
        (all) => void (at(all, place.at).props["overrideSpecial"] = "_-$# "),
      ),
    );
  }
  return found;
}

/** Puts a password where it can be read. */
function plainMutants(world: World): Mutant[] {
  const secret = passwordOf(world, "keycloak");
  const found: Mutant[] = [];
  for (const kind of ["StatefulSet", "Deployment"]) {
    for (const place of places(world, kind)) {
      const template = (all: Draft[]): Props => object(at(all, place.at).props, "spec", "template");
      for (const [i, container] of array(place.resource.props, "spec", "template", "spec", "containers").entries()) {
        const name = String(dig(container, "name"));
        const own = (all: Draft[]): Props => object(template(all), "spec", "containers", i);
        const push = (all: Draft[], key: string, value: Json): void => {
          const container1 = own(all);
          container1[key] = [...(Array.isArray(container1[key]) ? (container1[key] as Json[]) : []), value];
        };
        found.push(
          mutant(world, `${name}: a password in an env value`, "acl", (all) =>
            push(all, "env", { name: "GREETING", value: secret }),
          ),
          mutant(world, `${name}: an env value called a password`, "acl", (all) =>
            push(all, "env", { name: "REDIS_PASSWORD", value: "hunter2" }),
          ),
          mutant(world, `${name}: an env value called a token`, "acl", (all) =>
            push(all, "env", { name: "API_TOKEN", value: "hunter2" }),
          ),
          mutant(world, `${name}: a password in an argument`, "acl", (all) =>
            push(all, "args", `--greeting=${secret}`),
          ),
          mutant(world, `${name}: requirepass as an argument`, "acl", (all) =>
            push(all, "args", "--requirepass=hunter2"),
          ),
          mutant(world, `${name}: masterauth as an argument, from the environment`, "acl", (all) =>
            push(all, "args", "--masterauth=$(MASTER_PASSWORD)"),
          ),
          mutant(world, `${name}: a URL with credentials`, "acl", (all) =>
            push(all, "env", { name: "CACHE_URL", value: "redis://keycloak:hunter2@dragonfly:6379/0" }),
          ),
        );
      }
      found.push(
        mutant(
          world,
          `${kind}: a password in the pods' annotation`,
          "acl",
          (all) => void (object(template(all), "metadata")["annotations"] = { note: secret }),
        ),
        mutant(
          world,
          `${kind}: a password in an annotation`,
          "acl",
          (all) => void (object(at(all, place.at).props, "metadata")["annotations"] = { note: `x${secret}x` }),
        ),
        mutant(
          world,
          `${kind}: an annotation called a password`,
          "acl",
          (all) =>
            void (object(at(all, place.at).props, "metadata")["annotations"] = { "example.com/password": "hunter2" }),
        ),
      );
    }
  }
  for (const place of places(world, "ConfigMap")) {
    found.push(
      mutant(
        world,
        `${place.resource.name}: a password in it`,
        "acl",
        (all) => void (object(at(all, place.at).props, "data")["notes"] = `the password is ${secret}`),
      ),
      mutant(
        world,
        `${place.resource.name}: an entry called a password`,
        "acl",
        (all) => void (object(at(all, place.at).props, "data")["redis-password"] = "hunter2"),
      ),
      ...[
        "REDIS_PASSWORD=hunter2",
        "export REDIS_PASSWORD='hunter2'",
        "redis:\n  password: hunter2",
        '{"redis": {"password": "hunter2"}}',
        "port 6379\nrequirepass hunter2",
        "redis.auth.token = changeme",
      ].map((text) =>
        mutant(
          world,
          `${place.resource.name}: a file with ${text.split("\n").at(-1)?.trim() ?? ""}`,
          "acl",
          (all) => void (object(at(all, place.at).props, "data")["app.conf"] = text),
        ),
      ),
      mutant(
        world,
        `${place.resource.name}: a password in base64`,
        "acl",
        (all) => void (object(at(all, place.at).props, "data")["notes"] = Buffer.from(secret).toString("base64")),
      ),
    );
  }
  for (const place of places(world, "Stack")) {
    found.push(
      mutant(
        world,
        "a password in an output",
        "acl",
        (all) => void (at(all, place.at).props["hint"] = { text: secret }),
      ),
    );
    found.push(
      mutant(
        world,
        "outputs that are no secrets",
        "acl",
        (all) => void all.splice(place.at, 1, { ...at(all, place.at), secrets: [] }),
      ),
    );
  }
  const acl = places(world, "Secret").find(({ resource }) => "users.acl" in object(resource.props, "data"));
  if (acl !== undefined) {
    found.push(
      mutant(world, "ACL file: a ConfigMap instead of a Secret", "acl", (all) => {
        const { props, ...rest } = at(all, acl.at);
        const text = Buffer.from(String(object(props, "data")["users.acl"]), "base64").toString();
        all.splice(acl.at, 1, {
          ...rest,
          type: "kubernetes:core/v1:ConfigMap",
          props: { ...props, kind: "ConfigMap", data: { "users.acl": text } },
        });
        for (const each of all.filter(
          ({ type, stack }) => type.endsWith(":StatefulSet") && stack === acl.resource.stack,
        )) {
          for (const volume of array(each.props, "spec", "template", "spec", "volumes")) {
            const own = object(volume);
            if (own["name"] !== "acl") continue;
            delete own["secret"];
            own["configMap"] = { name: dig(props, "metadata", "name") };
          }
        }
      }),
    );
  }
  return found;
}

function passwordOf(world: World, user: string): string {
  const holder = places(world, "Secret").find(({ resource }) => dig(resource.props, "metadata", "name") === PASSWORDS);
  return holder === undefined
    ? ""
    : Buffer.from(String(object(holder.resource.props, "data")[user]), "base64").toString();
}
