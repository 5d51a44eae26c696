import { aclMutants } from "./acl";
import { carriedMutants } from "./carried";
import { ciliumMutants } from "./cilium";
import { drMutants } from "./dr";
import { networkMutants } from "./network";
import { serverMutants } from "./server";
import { storageMutants } from "./storage";
import type { Mutant, World } from "./world";

/** Every mutant of a world, in order. Where two change alike objects, the later ones are numbered. */
export function mutantsOf(world: World): Mutant[] {
  const seen = new Map<string, number>();
  return kindsOf(world).map((mutant) => {
    const times = (seen.get(mutant.name) ?? 0) + 1;
    seen.set(mutant.name, times);
    return times === 1 ? mutant : { ...mutant, name: `${mutant.name} (${times})` };
  });
}

function kindsOf(world: World): Mutant[] {
  switch (world.name) {
    case "cilium":
      return ciliumMutants(world);
    case "operator":
    case "chart":
      return carriedMutants(world);
    case "aws":
      return [...storageMutants(world), ...networkMutants(world)];
    case "on-premises":
      return [...networkMutants(world), ...serverMutants(world).filter(({ name }) => name.includes("snapshots"))];
    default:
      return [
        ...aclMutants(world),
        ...networkMutants(world),
        ...serverMutants(world),
        ...storageMutants(world),
        ...drMutants(world),
      ];
  }
}

/** Mutants that no rule catches, and why none has to: what they change makes no difference. */
export const SURVIVORS: readonly { readonly name: RegExp; readonly why: string }[] = [
  {
    name: /^redis: gateway: (ingress 2|egress 1), peer 1 \d bits wider$/,
    why: "the lab's peer has an address in 10.0.0.0/8, which the same rule admits anyway",
  },
  {
    name: /^cilium: (gateway|server|cache-resolver-resolver): (ingress|egress) closes nothing$/,
    why: "the policy of the whole namespace still closes the pods",
  },
];

export const survivorOf = ({ name }: Mutant): string | undefined => SURVIVORS.find((each) => each.name.test(name))?.why;
