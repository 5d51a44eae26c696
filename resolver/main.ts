import { flush } from "./commands/flush";
import { serve } from "./commands/serve";
import { ConfigError } from "./config/config";

const USAGE = `usage: resolver [serve]            answer DNS queries, as the HEIMDALL_… variables say
       resolver flush NAME [TYPE] forget a name in every replica and in the shared cache
`;

async function main(args: readonly string[]): Promise<number | undefined> {
  const [command = "serve", name, type] = args;
  if (command === "serve" && args.length <= 1) {
    await serve();
    return undefined;
  }
  if (command === "flush" && name !== undefined && args.length <= 3) return flush(name, type);
  process.stderr.write(USAGE);
  return 2;
}

main(process.argv.slice(2)).then(
  (code) => {
    if (code !== undefined) process.exitCode = code;
  },
  (error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    for (const line of error instanceof ConfigError ? text.split("\n") : [text])
      process.stderr.write(`resolver: ${line}\n`);
    process.exit(error instanceof ConfigError ? 2 : 1);
  },
);
