import { array, at, dig, mutant, object, places, rewrite, type Mutant, type World } from "./world";
import type { Draft, Props } from "../fixtures/site";

/** Lets the sites disagree. Each change is in one of them; rules that look at one site alone may well be content. */
export function drMutants(world: World): Mutant[] {
  return ["primary", "dr"].flatMap((stack) => [
    ...passwordMutants(world, stack),
    ...userMutants(world, stack),
    ...linkMutants(world, stack),
    ...serverMutants(world, stack),
  ]);
}

const TEMPLATE = ["spec", "template", "spec"] as const;

function passwordMutants(world: World, stack: string): Mutant[] {
  const place = places(world, "Secret", stack).find(
    ({ resource }) => dig(resource.props, "metadata", "name") === "dragonfly-passwords",
  );
  if (place === undefined) return [];
  return Object.keys(object(place.resource.props, "data")).flatMap((key) => [
    mutant(world, `${stack}: another password for ${key}`, "dr", (all) =>
      rewrite(at(all, place.at), key, (text) => `another-${text.slice(8)}`),
    ),
    mutant(
      world,
      `${stack}: no password for ${key}`,
      "dr",
      (all) => void delete object(at(all, place.at).props, "data")[key],
    ),
  ]);
}

function userMutants(world: World, stack: string): Mutant[] {
  const found: Mutant[] = [];
  for (const place of places(world, "ConfigMap", stack).filter(
    ({ resource }) => "site.json" in object(resource.props, "data"),
  )) {
    const site = JSON.parse(String(object(place.resource.props, "data")["site.json"])) as Props;
    const edit = (what: string, change: (users: Props[], site: Props) => Props[] | void): Mutant =>
      mutant(world, `${stack}: ${what}`, "dr", (all) =>
        rewrite(at(all, place.at), "site.json", (text) => {
          const own = JSON.parse(text) as Props;
          own["users"] =
            change(
              array(own, "users").map((each) => object(each)),
              own,
            ) ?? array(own, "users");
          return JSON.stringify(own);
        }),
      );
    for (const user of array(site, "users")) {
      const name = String(dig(user, "name"));
      const one = (what: string, change: (user: Props) => void): Mutant =>
        edit(`${name} ${what}`, (users) => users.filter((each) => each["name"] === name).forEach(change));
      found.push(
        edit(`${name} left out`, (users) => users.filter((each) => each["name"] !== name)),
        one("has fewer commands", (own) => void array(own, "commands").push("-GET")),
        one("has a channel more", (own) => void array(own, "channels").push("news")),
        one("has other keys", (own) => void (own["keys"] = array(own, "keys").length === 0 ? ["z:*"] : [])),
      );
    }
    found.push(edit("no peers", (_, own) => void (own["peers"] = [])));
    found.push(
      edit("a peer by another name", (_, own) =>
        array(own, "peers").forEach((peer) => void (object(peer)["site"] = "elsewhere")),
      ),
    );
  }
  return found;
}

function linkMutants(world: World, stack: string): Mutant[] {
  const found: Mutant[] = [];
  const peer = stack === "primary" ? "dr" : "primary";
  for (const place of places(world, "ConfigMap", stack).filter(
    ({ resource }) => "haproxy.cfg" in object(resource.props, "data"),
  )) {
    const edit = (what: string, change: (text: string) => string, file = "link.cfg"): void =>
      void found.push(
        mutant(world, `${stack}: ${file}: ${what}`, "dr", (all) => rewrite(at(all, place.at), file, change)),
      );
    for (const file of ["haproxy.cfg", "link.cfg"]) {
      edit(
        "the gateway lets another name in",
        (text) => text.replace(new RegExp(`str ${peer}\\.dragonfly-dr`), "str elsewhere.dragonfly-dr"),
        file,
      );
      edit("the gateway lets nobody in by name", (text) => text.replace(/^.*acl peer .*$\n?/m, ""), file);
    }
    edit("the gateway's way to the peer is for another name", (text) =>
      text.replaceAll(`verifyhost server.${peer}.dragonfly-dr`, "verifyhost server.elsewhere.dragonfly-dr"),
    );
    edit("no listener leads to the peer", (text) => text.replace(/^(\s*)bind :6381.*$/m, "$1bind :7000"));
    edit("no backend for the peer's server", (text) =>
      text.replace(new RegExp(`default_backend source_${peer}`), "default_backend nowhere"),
    );
  }
  return found;
}

function serverMutants(world: World, stack: string): Mutant[] {
  const found: Mutant[] = [];
  for (const place of places(world, "StatefulSet", stack)) {
    const container = (all: Draft[]): Props => object(at(all, place.at).props, ...TEMPLATE, "containers", 0);
    const args = (what: string, change: (words: string[]) => string[]): void =>
      void found.push(
        mutant(world, `${stack}: ${what}`, "dr", (all) => {
          const own = container(all);
          own["args"] = change(array(own, "args").map(String));
        }),
      );
    const value =
      (name: string, to: string) =>
      (words: string[]): string[] =>
        words.map((word, i) =>
          word.startsWith(`--${name}=`) ? `--${name}=${to}` : words[i - 1] === `--${name}` ? to : word,
        );
    const threads = world.name === "redis" ? "io-threads" : "proactor_threads";
    for (const count of ["3", "8"]) args(`${count} threads`, value(threads, count));
    args("no set threads", (words) =>
      words.filter((word, i) => !word.startsWith(`--${threads}`) && words[i - 1] !== `--${threads}`),
    );
    // The replica may have more, and the primary less.
    args(stack === "dr" ? "less maxmemory" : "more maxmemory", value("maxmemory", stack === "dr" ? "100mb" : "700mb"));
    const engine = world.name === "redis" ? "dragonfly" : "redis-server";
    found.push(
      mutant(
        world,
        `${stack}: ${stack === "dr" ? "a smaller" : "a larger"} limit of memory`,
        "dr",
        (all) => void (object(container(all), "resources", "limits")["memory"] = stack === "dr" ? "280Mi" : "2Gi"),
      ),
      mutant(world, `${stack}: another engine`, "dr", (all) => void (container(all)["command"] = [engine])),
      mutant(world, `${stack}: the same folder for snapshots`, "dr", (all) => {
        for (const each of all.filter(({ type }) => type.endsWith(":StatefulSet")))
          array(object(each.props, ...TEMPLATE, "containers", 0), "args").push(
            ...(world.name === "redis" ? ["--dir", "s3://b/x"] : ["--dir=s3://b/x"]),
          );
      }),
      mutant(world, `${stack}: a folder for snapshots within the other's`, "dr", (all) => {
        for (const each of all.filter(({ type }) => type.endsWith(":StatefulSet"))) {
          const folder = each.stack === stack ? "s3://b/x/y" : "s3://b/x/";
          array(object(each.props, ...TEMPLATE, "containers", 0), "args").push(
            ...(world.name === "redis" ? ["--dir", folder] : [`--dir=${folder}`]),
          );
        }
      }),
    );
  }
  return found;
}
