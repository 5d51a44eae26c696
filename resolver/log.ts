export type Level = "error" | "warn" | "info" | "debug";
const ORDER: readonly Level[] = ["error", "warn", "info", "debug"];
export const isLevel = (text: string): text is Level => (ORDER as readonly string[]).includes(text);

/**
 * What may stand in a log line. Errors are given as their kind or message; never a URL, a password or what clients ask.
 */
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;
export type Log = (level: Level, event: string, fields?: Fields) => void;

/** One JSON object a line. @param write where it goes; standard output when not given. */
export function createLog(most: Level, write: (line: string) => void = (line) => void process.stdout.write(line)): Log {
  return (level, event, fields = {}) => {
    if (ORDER.indexOf(level) > ORDER.indexOf(most)) return;
    write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
  };
}

export const noLog: Log = () => undefined;
