import assert from "node:assert/strict";
import { describeAddress, parseAddress } from "../../../resolver/upstream/address";

describe("an upstream's address", () => {
  for (const [text, host, port] of [
    ["192.0.2.1", "192.0.2.1", 53],
    ["192.0.2.1:5353", "192.0.2.1", 5353],
    ["2001:db8::1", "2001:db8::1", 53],
    ["[2001:db8::1]:5353", "2001:db8::1", 5353],
    ["[::1]", "::1", 53],
  ] as const) {
    it(`may be ${text}`, () => {
      const address = parseAddress(text);
      assert.deepEqual([address?.host, address?.port], [host, port]);
      assert.deepEqual(address === undefined ? undefined : parseAddress(describeAddress(address)), address);
    });
  }
  for (const text of [
    "",
    "dns.example",
    "192.0.2.1:0",
    "192.0.2.1:70000",
    "192.0.2",
    "[192.0.2.1",
    "2001:db8::1]:53",
    "https://192.0.2.1",
  ]) {
    it(`may not be "${text}"`, () => assert.equal(parseAddress(text), undefined));
  }
});
