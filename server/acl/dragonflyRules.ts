import { titleOf, type Dialect } from "./dialect";
import type { UserDraft } from "./draft";
import { ACCEPTED, judgeCommandRule, refused, type Verdict } from "./verdict";

/** As many databases as Dragonfly has without --dbnum. */
const DATABASES = 16;

const AFTER_ALL = refused("a pattern after the one for all is refused: leave one of the two out");

/**
 * `ParseAclSetUser` of Dragonfly, for one line: words for passwords and patterns count in the case they are written in
 * here, all others in any.
 */
export class DragonflyLine {
  private switched = false;
  private chosen = false;
  private allKeys = false;
  private allChannels = false;

  constructor(
    private readonly dialect: Dialect,
    private readonly user: UserDraft,
  ) {}

  apply(word: string): Verdict {
    return this.password(word) ?? this.keys(word) ?? this.channels(word) ?? this.database(word) ?? this.other(word);
  }

  private password(word: string): Verdict | undefined {
    const { passwords } = this.user;
    if (word === "nopass") {
      passwords.clear();
      passwords.passwordless = true;
    } else if (word === "resetpass") {
      // It leaves nopass standing.
      passwords.clear();
    } else if (word.startsWith(">")) passwords.add(word.slice(1));
    else if (word.startsWith("<")) passwords.remove(word.slice(1));
    else if (word.startsWith("#")) {
      // Any hash is taken; one that is no SHA-256 fits no password.
      if (!/^[0-9a-f]{64}$/i.test(word.slice(1)))
        return refused("a password hash is 64 hex digits (SHA-256): nobody could log in by this one");
      passwords.addHash(word.slice(1).toLowerCase());
    } else return undefined;
    return ACCEPTED;
  }

  private keys(word: string): Verdict | undefined {
    const rights = this.user.root;
    const lower = word.toLowerCase();
    if (lower === "allkeys" || word === "~*") {
      this.allKeys = true;
      rights.grantAllKeys();
      return ACCEPTED;
    }
    if (lower === "resetkeys") {
      this.allKeys = false;
      rights.resetKeys();
      return ACCEPTED;
    }
    const pattern = /^(%RW|%R|%W)?~(.+)$/s.exec(word);
    if (pattern === null) return undefined;
    if (this.allKeys) return AFTER_ALL;
    rights.addKeys(pattern[1] === undefined ? (pattern[2] ?? "") : word);
    return ACCEPTED;
  }

  private channels(word: string): Verdict | undefined {
    const rights = this.user.root;
    const lower = word.toLowerCase();
    if (lower === "allchannels" || word === "&*") {
      this.allChannels = true;
      rights.grantAllChannels();
      return ACCEPTED;
    }
    if (lower === "resetchannels") {
      this.allChannels = false;
      rights.resetChannels();
      return ACCEPTED;
    }
    if (!word.startsWith("&") || word.length < 2) return undefined;
    if (this.allChannels) return AFTER_ALL;
    rights.addChannels(word.slice(1));
    return ACCEPTED;
  }

  private database(word: string): Verdict | undefined {
    const chosen = /^\$(\d{1,9}|all)$/i.exec(word)?.[1];
    if (chosen === undefined || (/^\d/.test(chosen) && Number(chosen) >= DATABASES)) return undefined;
    if (this.chosen) return refused("Dragonfly takes one database a user");
    this.chosen = true;
    return ACCEPTED;
  }

  private other(word: string): Verdict {
    const lower = word.toLowerCase();
    if (lower === "on" || lower === "off") {
      if (this.switched) return refused("Dragonfly takes ON or OFF once a user");
      this.switched = true;
      this.user.enabled = lower === "on";
      return ACCEPTED;
    }
    if (lower === "allcommands" || lower === "nocommands") {
      this.user.root.addCommand(lower === "allcommands" ? "+@all" : "-@all");
      return ACCEPTED;
    }
    if (lower.startsWith("namespace:")) return ACCEPTED;
    if (!/^[+-]/.test(word)) return refused(`${titleOf(this.dialect)} has no such rule`);
    const verdict = judgeCommandRule(this.dialect, word);
    if (verdict.state !== "refused") this.user.root.addCommand(word);
    return verdict;
  }
}
