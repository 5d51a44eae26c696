import { encode, type Answer as DnsRecord } from "dns-packet";
import { answerFromUpstream, type Answer } from "../../../resolver/cache/answer";
import type { TtlPolicy } from "../../../resolver/cache/ttl";
import { nameFromText } from "../../../resolver/wire/presentation";
import { keyOf, questionOf, questionSectionOf, type QuestionKey } from "../../../resolver/wire/question";
import { typeFromText } from "../../../resolver/wire/typeNames";
import { record } from "./upstream";

export const POLICY: TtlPolicy = { least: 0, most: 86_400, mostNegative: 3_600 };

export const keyFor = (
  name: string,
  type = "A",
  flags: { readonly dnssecOk?: boolean; readonly checkingDisabled?: boolean } = {},
): QuestionKey =>
  keyOf({
    name: nameFromText(name),
    type: typeFromText(type) ?? 0,
    class: 1,
    dnssecOk: flags.dnssecOk ?? false,
    checkingDisabled: flags.checkingDisabled ?? false,
  });

export interface Message {
  readonly name?: string;
  readonly type?: "A" | "AAAA" | "CNAME" | "TXT";
  readonly rcode?: number;
  readonly answers?: DnsRecord[];
  readonly authorities?: DnsRecord[];
  readonly additionals?: DnsRecord[];
}

/** An upstream's message; by default one address for example.com. */
export const message = ({
  name = "example.com",
  type = "A",
  rcode = 0,
  answers = [],
  authorities = [],
  additionals = [],
}: Message): Buffer =>
  encode({
    type: "response",
    id: 7,
    flags: 0x0180 | rcode,
    questions: [{ name, type }],
    answers,
    authorities,
    additionals,
  });

/** What is kept of an upstream's message. */
export function kept(shape: Message, policy: TtlPolicy = POLICY, nowMs = 0): Answer | undefined {
  const key = keyFor(shape.name ?? "example.com", shape.type ?? "A");
  return answerFromUpstream(message(shape), questionSectionOf(key), questionOf(key).type, policy, nowMs);
}

/** An answer for `name` that holds for `ttl` seconds from `storedAt`. */
export function answerFor(name: string, ttl: number, storedAt = 0, address = "192.0.2.1"): Answer {
  const answer = kept({ name, answers: [record(name, ttl, address)] }, POLICY, storedAt);
  if (answer === undefined) throw new Error("the test's own message is malformed");
  return answer;
}
