import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { builtinUsers } from "../server/acl/builtin";

export interface CredentialsArgs {
  /** Every user of the site, `default` too. */
  readonly users: readonly string[];
  /** The owner's passwords by user, where another site made them: both must know the same ones. Absent: made here. */
  readonly given?: pulumi.Input<Readonly<Record<string, string>>>;
}

/** A Dragonfly replica sends its password inline: nothing that would have to be quoted. */
const LENGTH = 32;
const PUNCTUATION = "_-";

/** One password for each user. */
export class Credentials extends pulumi.ComponentResource {
  /** By user; secret. */
  readonly passwords: pulumi.Output<Readonly<Record<string, string>>>;
  /** SHA-256 in hex, by user, for the ACL file; secret. */
  readonly hashes: pulumi.Output<Readonly<Record<string, string>>>;

  constructor(name: string, args: CredentialsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dragonfly-dr:index:Credentials", name, {}, opts);
    this.passwords = pulumi.secret(
      args.given === undefined
        ? this.make(name, args.users)
        : pulumi.output(args.given).apply((given) => pick(given, args.users)),
    );
    this.hashes = this.passwords.apply((passwords) =>
      mapValues(passwords, (password) => createHash("sha256").update(password).digest("hex")),
    );
    this.registerOutputs({ passwords: this.passwords });
  }

  private make(name: string, users: readonly string[]): pulumi.Output<Readonly<Record<string, string>>> {
    return pulumi.all(
      Object.fromEntries(
        users.map((user) => {
          const password = new random.RandomPassword(
            `${name}-${user}`,
            { length: LENGTH, special: true, overrideSpecial: PUNCTUATION },
            { parent: this, protect: isPermanent(user) },
          );
          return [user, password.result];
        }),
      ),
    );
  }
}

const ENGINES = ["dragonfly", "redis"] as const;

/**
 * Whether no configuration takes this user away: by these passwords the sites replicate, so that losing them locks the
 * other site out, and Pulumi refuses to delete them. An application's user, or the one that only Redis has, goes when
 * it is taken out of the configuration, and its password with it.
 */
export const isPermanent = (user: string): boolean =>
  user === "default" || ENGINES.every((engine) => builtinUsers(engine).some(({ name }) => name === user));

const mapValues = (
  record: Readonly<Record<string, string>>,
  change: (value: string) => string,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

/** @throws RunError naming each user that the owner has no password for. */
function pick(given: Readonly<Record<string, string>>, users: readonly string[]): Readonly<Record<string, string>> {
  const missing = users.filter((user) => given[user] === undefined);
  if (missing.length > 0) {
    const named = missing.map((user) => `"${user}"`).join(", ");
    throw new pulumi.RunError(
      `passwordsFrom: the owner's stack has no password for ${named};` +
        ' configure the same users there and run "pulumi up" on it first',
    );
  }
  return Object.fromEntries(users.map((user) => [user, given[user] ?? ""]));
}
