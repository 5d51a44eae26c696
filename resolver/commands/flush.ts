import { readConfig } from "../config/config";
import { describeAddress } from "../upstream/address";
import { defined } from "../../server/records";

/** How long the running resolver may take, in milliseconds. */
const TIMEOUT_MS = 10_000;

/**
 * Tells the resolver that runs beside it to flush a name: everywhere, through the shared cache.
 * @param type undefined: all types.
 * @returns the exit code: 0 done, 1 not or not everywhere.
 */
export async function flush(name: string, type: string | undefined): Promise<number> {
  const { http } = readConfig(process.env);
  const host = http.family === 6 ? "::1" : "127.0.0.1";
  const query = new URLSearchParams({ name, ...defined({ type }) });
  try {
    const response = await fetch(`http://${describeAddress({ ...http, host })}/flush?${query}`, {
      method: "POST",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = await response.text();
    (response.ok ? process.stdout : process.stderr).write(body);
    return response.ok ? 0 : 1;
  } catch {
    process.stderr.write(
      `flush ${name}: no resolver answers on port ${http.port} of this machine; run it where one runs, with ` +
        `the same environment\n`,
    );
    return 1;
  }
}
