import fc from "fast-check";
import type { Value } from "../../../components/catalogue/node";
import { exampleOf, type Entry } from "./entries";

const label = fc.stringMatching(/^[a-z][a-z0-9]{2,10}$/);
const size = fc.integer({ min: 1, max: 4096 }).map((mebibytes) => `${mebibytes}Mi`);
const octet = fc.integer({ min: 0, max: 255 });
const address = fc.tuple(octet, octet, octet).map(([a, b, c]) => `10.${a}.${b}.${c}`);

/** By the name of the kind of value. */
const byName: readonly (readonly [RegExp, fc.Arbitrary<unknown>])[] = [
  [/^true or false/, fc.boolean()],
  [/^size/, size],
  [/^cores/, fc.integer({ min: 1, max: 8000 }).map((thousandths) => `${thousandths}m`)],
  [/^name of (a|an) /, label],
  [/^domain|^host name/, fc.tuple(label, label).map((labels) => labels.join("."))],
  [/^CIDR/, address.map((each) => `${each}/32`)],
  [/^IP address/, address],
  [/^image/, label.map((name) => `registry.example.com/${name}:1`)],
  [/^cron/, fc.integer({ min: 0, max: 59 }).map((minute) => `${minute} * * * *`)],
  [/^URL/, label.map((name) => `http://${name}.storage.svc:9000`)],
  [/^map of/, fc.dictionary(label, label, { minKeys: 1, maxKeys: 3 })],
];

/** What texts without a form must be, for the keys that have them. */
const byPath: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  "server.extraArgs": fc.array(
    label.map((name) => `--maxclients=${name.length}`),
    { minLength: 1, maxLength: 2 },
  ),
  "snapshots.s3.region": label,
  "snapshots.aws.region": label,
  "snapshots.aws.kmsKeyArn": label.map((id) => `arn:aws:kms:eu-central-1:111122223333:key/${id}`),
  "resolver.environment": fc.constantFrom("debug", "warn").map((level) => ({ HEIMDALL_LOG_LEVEL: level })),
};

function valueOf(value: Value<unknown>): fc.Arbitrary<unknown> | undefined {
  const range = /^whole number from (-?\d+) to (\d+)/.exec(value.name);
  if (range !== null) return fc.integer({ min: Number(range[1]), max: Number(range[2]) });
  if (value.items !== undefined) {
    const item = "fields" in value.items ? undefined : valueOf(value.items);
    return item && fc.uniqueArray(item, { minLength: 1, maxLength: 3 });
  }
  const words = [...value.given.matchAll(/"([^"]*)"/g)].map((match) => match[1]);
  if (words.length > 0) return fc.constantFrom(...words);
  return byName.find(([name]) => name.test(value.name))?.[1];
}

/** Values that a setting takes; for a kind that is not known here, its example alone. */
export const givenFor = ({ path, field }: Entry): fc.Arbitrary<unknown> =>
  byPath[path] ?? valueOf(field.value) ?? fc.constant(JSON.parse(exampleOf(field)));
