import { describeHeld, describeVersion, heldBy } from "../../plan/heldData";
import type { SiteView } from "../../plan/view";
import { isYes, type CommandContext } from "../../command/context";
import { refused, type CommandFailure } from "../../failure";
import type { FailoverOptions } from "./command";
import type { FailoverVerdict } from "./plan";

export type Proceed = Extract<FailoverVerdict, { kind: "proceed" }>;

/**
 * Asks for the operator's word: for newer data by typing its site and version, for the rest by yes or no.
 * @returns whether the operator was asked, which takes its time.
 * @throws CommandFailure when it is not given.
 */
export async function askConsent(
  verdict: Proceed,
  views: readonly SiteView[],
  options: FailoverOptions,
  { ask }: CommandContext,
): Promise<"asked" | "given"> {
  if (verdict.newer.length > 0) {
    if (ask === null) throw newerElsewhere(verdict, views);
    await typeOut(verdict, views, ask);
    return "asked";
  }
  if (options.yes || options.force) return "given";
  const { plan, objections } = verdict;
  if (ask === null) {
    if (objections.length > 0)
      throw refused([...objections, `to fail over all the same, losing what ${plan.to} has not received: --yes`]);
    return "given";
  }
  const question = [...objections, `Promote ${plan.to} at epoch ${plan.epoch}?`].join(". ");
  if (!isYes(await ask(`${question} [y/N] `))) throw refused(["not confirmed"]);
  return "asked";
}

function newerElsewhere({ plan, newer }: Proceed, views: readonly SiteView[]): CommandFailure {
  const own = describeHeld(heldBy(plan.to, views));
  const words = newer.map(describeVersion);
  return refused(
    newer.map(
      (data, i) =>
        `site ${data.site}: holds newer data (${words[i]}) than ${plan.to}, which has ${own}; it would be lost`,
    ),
    `to keep it: dragonfly-dr failover --to ${newer[0]?.site}; to give it up: add --discard ${words.join(",")}`,
  );
}

async function typeOut(
  { plan, newer }: Proceed,
  views: readonly SiteView[],
  ask: NonNullable<CommandContext["ask"]>,
): Promise<void> {
  const own = describeHeld(heldBy(plan.to, views));
  for (const data of newer) {
    const word = describeVersion(data);
    const question =
      `Site ${data.site} holds newer data than ${plan.to} (${own}): failover --to ${data.site} keeps it. ` +
      `To give it up, type ${word}: `;
    if ((await ask(question)).trim() !== word) throw refused([`not confirmed: ${word} is kept`]);
  }
}
