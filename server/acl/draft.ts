import { createHash } from "node:crypto";

/** What a user, or one of its selectors, may touch. */
export interface AclRights {
  /** "*" for all keys; "%R~cache:*" keeps its sign, a plain "~cache:*" stands as "cache:*". */
  readonly keys: readonly string[];
  readonly channels: readonly string[];
  /** Command and category rules in order. */
  readonly commands: readonly string[];
}

/** Rights while they are read. */
export class RightsDraft {
  private keys: string[] = [];
  private channels: string[] = [];
  readonly commands: string[] = [];
  allKeys = false;
  allChannels: boolean;

  /** @param openChannels a server before Redis 7 lets a new user reach every channel. */
  constructor(private readonly openChannels: boolean) {
    this.allChannels = openChannels;
  }

  grantAllKeys(): void {
    this.allKeys = true;
    this.keys = [];
  }

  resetKeys(): void {
    this.allKeys = false;
    this.keys = [];
  }

  addKeys(pattern: string): void {
    this.keys.push(pattern);
  }

  grantAllChannels(): void {
    this.allChannels = true;
    this.channels = [];
  }

  resetChannels(): void {
    this.allChannels = false;
    this.channels = [];
  }

  addChannels(pattern: string): void {
    this.channels.push(pattern);
  }

  /** Rules before the one that says all or nothing have no effect any more. */
  addCommand(rule: string): void {
    if (/^[+-]@all$/i.test(rule)) this.commands.length = 0;
    this.commands.push(rule);
  }

  reset(): void {
    this.resetKeys();
    this.resetChannels();
    this.allChannels = this.openChannels;
    this.addCommand("-@all");
  }

  done(): AclRights {
    return {
      keys: this.allKeys ? ["*", ...this.keys] : this.keys,
      channels: this.allChannels ? ["*", ...this.channels] : this.channels,
      commands: this.commands,
    };
  }
}

/** A password of a user: in plain as the file has it, or its hash alone. */
export interface AclPassword {
  readonly plain: string | undefined;
}

/** Passwords while they are read. A removal compares hashes, which are computed from the first removal on. */
export class PasswordsDraft {
  private known = new Map<string, AclPassword>();
  private isHashed = false;
  passwordless = false;

  add(plain: string): void {
    this.known.set(this.isHashed ? sha256(plain) : `>${plain}`, { plain });
    this.passwordless = false;
  }

  addHash(hash: string): void {
    this.known.set(hash, { plain: undefined });
    this.passwordless = false;
  }

  /** @returns whether it was there. */
  remove(plain: string): boolean {
    return this.known.size > 0 && this.removeHash(sha256(plain));
  }

  removeHash(hash: string): boolean {
    if (!this.isHashed) {
      this.isHashed = true;
      this.known = new Map(
        [...this.known].map(([key, password]) => [
          password.plain === undefined ? key : sha256(password.plain),
          password,
        ]),
      );
    }
    return this.known.delete(hash);
  }

  clear(): void {
    this.known.clear();
  }

  all(): AclPassword[] {
    return [...this.known.values()];
  }
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A user while its line is read. */
export class UserDraft {
  enabled = false;
  readonly passwords = new PasswordsDraft();
  readonly root: RightsDraft;
  selectors: AclRights[] = [];

  constructor(private readonly openChannels: boolean) {
    this.root = new RightsDraft(openChannels);
  }

  selector(): RightsDraft {
    return new RightsDraft(this.openChannels);
  }

  reset(): void {
    this.enabled = false;
    this.passwords.passwordless = false;
    this.passwords.clear();
    this.root.reset();
    this.selectors = [];
  }
}
