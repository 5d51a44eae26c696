import { dialectOf, ofProduct, type Dialect } from "../../../server/acl/dialect";
import { grantsOf } from "../../../server/acl/grants";
import { parseAclFile } from "../../../server/acl/parse";
import { line } from "../../server/acl/generated";
import type { Random } from "../random";

const DIALECTS: readonly Dialect[] = [
  dialectOf("redis"),
  dialectOf("dragonfly"),
  ofProduct("redis", [6, 0]),
  ofProduct("redis", [6, 2]),
  ofProduct("redis", [7]),
  ofProduct("redis", [8, 8]),
  ofProduct("valkey", [9, 0]),
  ofProduct("dragonfly", [1, 40]),
  { ...ofProduct("redis", [99]), modules: true },
];
const NAMES = ["default", "shop", "constructor", "__proto__", "a\tb", "", '"x"', ">p", "é"];
const STRAY = ["", "# remark", "\r", " \t", "\0", "user", "USER a", "(((", '"', "\\"];

/** Reads a random ACL file as a random server does. @throws whatever the parser throws: a bug. */
export function fuzzAclFile(random: Random): void {
  const dialect = random.pick(DIALECTS);
  const lines = Array.from({ length: random.below(6) }, () =>
    random.oneIn(4) ? random.pick(STRAY) : line(random, random.pick(NAMES)),
  );
  const { users } = parseAclFile(dialect, lines.join("\n"));
  for (const user of users) for (const { commands } of [user, ...user.selectors]) grantsOf(dialect, commands);
}
