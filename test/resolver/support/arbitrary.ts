import { encode, type Answer, type Packet } from "dns-packet";
import fc from "fast-check";

/** Letters, digits and hyphens, both cases. */
export const label = fc.stringMatching(/^[a-zA-Z0-9-]{1,20}$/);
/** A host's name as text, of up to five labels. */
export const hostName = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join("."));
/** Any wire name: labels of any bytes. One character a byte. */
export const wireName = fc
  .array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 5 })
  .map((labels) => `${labels.map((bytes) => String.fromCharCode(bytes.length, ...bytes)).join("")}\0`);

export const recordOf = fc.oneof(
  fc.record({ type: fc.constant("A" as const), name: hostName, ttl: fc.nat(200_000), data: fc.ipV4() }),
  fc.record({ type: fc.constant("CNAME" as const), name: hostName, ttl: fc.nat(200_000), data: hostName }),
  fc.record({
    type: fc.constant("TXT" as const),
    name: hostName,
    ttl: fc.nat(200_000),
    data: fc.string({ maxLength: 100 }),
  }),
  fc.record({
    type: fc.constant("MX" as const),
    name: hostName,
    ttl: fc.nat(200_000),
    data: fc.record({ preference: fc.nat(1000), exchange: hostName }),
  }),
);

/** A message that an upstream could send, with the question it answers. */
export const reply = fc
  .record({
    name: hostName,
    answers: fc.array(recordOf, { maxLength: 6 }),
    authorities: fc.array(recordOf, { maxLength: 3 }),
  })
  .map(({ name, answers, authorities }): Buffer => {
    const packet: Packet = {
      type: "response",
      id: 1,
      flags: 0x0180,
      questions: [{ name, type: "A" }],
      answers: answers as Answer[],
      authorities: authorities as Answer[],
    };
    return encode(packet);
  });

export interface QueryShape {
  readonly id: number;
  readonly name: string;
  readonly dnssecOk: boolean;
  readonly checkingDisabled: boolean;
  readonly udpBytes: number | undefined;
}

export const queryShape: fc.Arbitrary<QueryShape> = fc.record({
  id: fc.nat(0xffff),
  name: hostName,
  dnssecOk: fc.boolean(),
  checkingDisabled: fc.boolean(),
  udpBytes: fc.option(fc.integer({ min: 0, max: 0xffff }), { nil: undefined }),
});

/** A query for A as a client sends it; RD set. */
export function queryPacket(
  { id, name, dnssecOk, checkingDisabled, udpBytes }: QueryShape,
  type: "A" | "AAAA" | "ANY" | "TXT" = "A",
): Buffer {
  return encode({
    type: "query",
    id,
    flags: 0x0100 | (checkingDisabled ? 0x0010 : 0),
    // dns-packet knows ANY; its types do not.
    questions: [{ name, type: type as "A" }],
    additionals:
      udpBytes === undefined
        ? []
        : [
            {
              type: "OPT",
              name: ".",
              udpPayloadSize: udpBytes,
              extendedRcode: 0,
              ednsVersion: 0,
              flags: dnssecOk ? 0x8000 : 0,
              flag_do: dnssecOk,
              options: [],
            },
          ],
  });
}

export const plainQuery = (name: string, id = 1): QueryShape => ({
  id,
  name,
  dnssecOk: false,
  checkingDisabled: false,
  udpBytes: undefined,
});

/** Bytes with a few of them changed, cut or repeated: what a fuzzer sends. */
export const mutated = (source: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      source,
      fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 8 }),
      fc.option(fc.nat(600)),
      fc.uint8Array({ maxLength: 20 }),
    )
    .map(([bytes, changes, cut, tail]) => {
      const copy = Buffer.concat([bytes, tail]);
      for (const [at, value] of changes) if (copy.length > 0) copy[at % copy.length] = value;
      return cut === null ? copy : copy.subarray(0, cut);
    });
