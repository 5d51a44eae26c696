import { parseEndpoint, readCredentials, type Credentials, type Endpoint } from "./connection";
import type { CONNECTION_FLAGS, Flags, FlagTable } from "./flags";

export interface Target {
  readonly endpoint: Endpoint;
  readonly credentials: Credentials;
}

/** The endpoint and user of the three connection flags; the caller's `check` tells what is wrong with them. */
export function readTarget(flags: Flags<FlagTable & typeof CONNECTION_FLAGS>): Target {
  const endpoint = flags.parsed("url", parseEndpoint) ?? { host: "", port: 0 };
  const username = flags.text("user");
  const credentials = flags.parsed("password-file", (file) => readCredentials(username, file)) ?? {
    username,
    password: "",
  };
  return { endpoint, credentials };
}
