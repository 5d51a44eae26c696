import config from "./config.json";

/** The configuration that the pack brings along: what this project's own stacks are let off, with reason and date. */
export const shippedConfiguration: Readonly<Record<string, unknown>> = config;
