import type { ServerStatus } from "../../contract/siteRole";

/** A server that evicts is at its limit all the time, and a replica's buffers count as well: so much is no sign. */
const SLACK = 1.02;

/** Whether the server holds more than it may, as after its limit was lowered. */
export const isAboveLimit = ({ usedMemoryBytes, maxMemoryBytes }: ServerStatus): boolean =>
  maxMemoryBytes > 0 && usedMemoryBytes > maxMemoryBytes * SLACK;
