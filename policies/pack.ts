import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PolicyPack, type PolicyPackConfig } from "@pulumi/policy";
import { stackPolicies } from "./adapt";
import { rules } from "./rules";

const today = (): string => new Date().toISOString().slice(0, 10);

// The engine starts the pack in its own folder, whether it runs from there or from dist/.
const shipped = JSON.parse(readFileSync(join(process.cwd(), "config.json"), "utf8")) as PolicyPackConfig;

new PolicyPack("dragonfly-dr", { policies: stackPolicies(rules, today) }, shipped);
