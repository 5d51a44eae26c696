import assert from "node:assert/strict";
import type { SiteRoleSpec, SiteRoleStatus } from "../../../../contract/siteRole";
import { handoverStep, type HandoverStep } from "../../../../cli/commands/switchover/handoverStep";
import { initialPrimary, replicaOf, resumed, takingOver, withHandover } from "../../../../cli/plan/specs";
import type { SwitchoverPlan } from "../../../../cli/commands/switchover/plan";
import { epoch } from "../../../../server/types";
import { DR, following, object, PRIMARY, serving } from "../../scene";

const plan: SwitchoverPlan = {
  from: PRIMARY,
  to: DR,
  fromEpoch: epoch(1),
  epoch: epoch(2),
  rollBackEpoch: epoch(3),
  engine: "redis",
};
const a1 = initialPrimary(PRIMARY, epoch(1));
const b1 = replicaOf(DR, epoch(1), PRIMARY);
const prepared = withHandover(a1, DR, epoch(2));
const committed = takingOver(DR, epoch(2), PRIMARY, { replicationId: "id", offset: 7 });
const position = { replicationId: "id", offset: 7 };
const refusal = (outcome: "refused" | "unknown") => following({ refusal: { epoch: 2, reason: "why", outcome } });

const table: [
  string,
  SiteRoleSpec,
  SiteRoleStatus | undefined,
  SiteRoleSpec,
  SiteRoleStatus | undefined,
  HandoverStep,
][] = [
  ["nothing done", a1, serving(), b1, following(), { kind: "prepare" }],
  ["prepared, no answer", prepared, serving(), b1, following(), { kind: "await-prepared" }],
  [
    "prepared, an answer to another epoch",
    prepared,
    serving({ handover: { epoch: 3, position } }),
    b1,
    following(),
    { kind: "await-prepared" },
  ],
  [
    "prepared, the position not known yet",
    prepared,
    serving({ handover: { epoch: 2, position: null } }),
    b1,
    following(),
    { kind: "await-prepared" },
  ],
  [
    "prepared and answered",
    prepared,
    serving({ handover: { epoch: 2, position } }),
    b1,
    following(),
    { kind: "commit", proof: position },
  ],
  [
    "the old primary will not",
    prepared,
    serving({ refusal: { epoch: 2, reason: "why", outcome: "refused" } }),
    b1,
    following(),
    { kind: "give-up", reason: "why" },
  ],
  ["committed", prepared, serving(), committed, following(), { kind: "await-takeover" }],
  [
    "serving, at an epoch before",
    prepared,
    serving(),
    committed,
    following({ serving: true, epoch: 1 }),
    { kind: "await-takeover" },
  ],
  ["serving", prepared, serving(), committed, following({ serving: true, epoch: 2 }), { kind: "demote-old" }],
  [
    "refused",
    prepared,
    serving(),
    committed,
    refusal("refused"),
    { kind: "resume-old", takeover: "refused", reason: "why" },
  ],
  [
    "outcome unknown",
    prepared,
    serving(),
    committed,
    refusal("unknown"),
    { kind: "resume-old", takeover: "unknown", reason: "why" },
  ],
  [
    "an old refusal",
    prepared,
    serving(),
    committed,
    following({ refusal: { epoch: 1, reason: "why", outcome: "refused" } }),
    { kind: "await-takeover" },
  ],
  [
    "old primary resumed",
    resumed(PRIMARY, epoch(3), "refused"),
    serving(),
    committed,
    refusal("refused"),
    { kind: "return-new" },
  ],
  [
    "rolled back",
    resumed(PRIMARY, epoch(3), "refused"),
    serving(),
    replicaOf(DR, epoch(3), PRIMARY),
    following(),
    { kind: "rolled-back" },
  ],
  [
    "moved",
    replicaOf(PRIMARY, epoch(2), DR),
    serving(),
    committed,
    following({ serving: true, epoch: 2 }),
    { kind: "moved" },
  ],
  [
    "moved, not serving just now",
    replicaOf(PRIMARY, epoch(2), DR),
    serving(),
    committed,
    following(),
    { kind: "await-takeover" },
  ],
];

describe("the next step of a handover", () => {
  for (const [name, a, sa, b, sb, step] of table)
    it(`${name}: ${step.kind}`, () => assert.deepEqual(handoverStep(plan, object(a, sa), object(b, sb)), step));

  it("needs no position on Dragonfly, whose takeover proves itself", () => {
    const answered = object(prepared, serving({ handover: { epoch: 2, position: null } }));
    assert.deepEqual(handoverStep({ ...plan, engine: "dragonfly" }, answered, object(b1)), {
      kind: "commit",
      proof: null,
    });
  });

  it("leaves alone whatever somebody else has decided", () => {
    const others: [SiteRoleSpec | null, SiteRoleSpec | null][] = [
      [initialPrimary(PRIMARY, epoch(5)), b1],
      [replicaOf(PRIMARY, epoch(9), DR), { site: DR, role: "primary", epoch: epoch(9), mode: "forced" }],
      [withHandover(a1, "west" as never, epoch(2)), b1],
      [withHandover(a1, DR, epoch(3)), b1],
      [prepared, { site: DR, role: "primary", epoch: epoch(2), mode: "forced" }],
      [prepared, replicaOf(DR, epoch(2), PRIMARY)],
      [null, b1],
      [a1, null],
    ];
    for (const [a, b] of others)
      assert.equal(handoverStep(plan, a && object(a), b && object(b)).kind, "superseded", JSON.stringify([a, b]));
  });
});
