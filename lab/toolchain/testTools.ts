import type { GoTool } from "./goTools";

/** What tests compare with: built by `make test` (or by the first test that asks), and by no lab. */
export const TEST_TOOLS = {
  /** Judges random NetworkPolicies beside the policy pack. */
  cyclonus: { name: "cyclonus", version: "v0.5.6", programs: { cyclonus: "." } },
  /** Reads .github/workflows. */
  actionlint: {
    name: "actionlint",
    version: "v1.7.12",
    programs: { actionlint: "github.com/rhysd/actionlint/cmd/actionlint" },
  },
} as const satisfies Readonly<Record<string, GoTool>>;

export type TestToolName = keyof typeof TEST_TOOLS;
