import { setFlagsFromString } from "node:v8";

/**
 * Imported before anything else. The guard runs the same little code some dozen times a second: too seldom for V8 to
 * compile it,
 * so it would be interpreted for hours, and thrown away again in between. A flag that a later V8 does not know is
 * passed over.
 */
setFlagsFromString("--always-sparkplug");
setFlagsFromString("--no-flush-bytecode");
