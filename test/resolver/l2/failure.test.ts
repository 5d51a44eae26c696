import assert from "node:assert/strict";
import { kindOfFailure, type FailureKind } from "../../../resolver/l2/failure";

const replies: readonly (readonly [text: string, kind: FailureKind])[] = [
  ["READONLY You can't write against a read only replica.", "readonly"],
  ["NOPERM this user has no permissions to run the 'get' command", "denied"],
  ["NOPERM User heimdall has no permissions to access one of the keys used as arguments", "denied"],
  ["WRONGPASS invalid username-password pair or user is disabled.", "denied"],
  ["NOAUTH Authentication required.", "denied"],
  ["OOM command not allowed when used memory > 'maxmemory'.", "full"],
  ["Out of memory", "full"],
  ["LOADING Redis is loading the dataset in memory", "loading"],
  ["LOADING Dragonfly is loading the dataset in memory", "loading"],
  ["WRONGTYPE Operation against a key holding the wrong kind of value", "type"],
  ["MOVED 3999 127.0.0.1:6381", "other"],
  ["Command timed out", "slow"],
  ["Connection is closed.", "gone"],
  ["connect ECONNREFUSED 127.0.0.1:6379", "gone"],
  ["connect ETIMEDOUT", "slow"],
  ["getaddrinfo ENOTFOUND dragonfly", "gone"],
  ["Stream isn't writeable and enableOfflineQueue options is false", "gone"],
  ["ERR something new", "other"],
];

describe("what went wrong with the shared cache", () => {
  for (const [text, kind] of replies)
    it(`is "${kind}" when it says: ${text}`, () => assert.equal(kindOfFailure(new Error(text)), kind));
});
