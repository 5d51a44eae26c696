import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { CommandContext } from "../../command/context";
import type { Result } from "../../command/result";
import { EXIT } from "../../exit";
import { badInput } from "../../failure";
import { describeReceipt, type Receipt } from "../../output/receipt";
import { readReceipts, type StoredReceipt } from "../../output/receiptFiles";
import { table } from "../../output/table";
import type { ReceiptsOptions } from "./command";
import { readHistory } from "./history";
import { receiptPage } from "./page";

/** Lists the receipts of the state folder, shows one, or draws one. */
export async function receipts(options: ReceiptsOptions, { folders }: CommandContext): Promise<Result> {
  const stored = await readReceipts(folders.state);
  if (options.receipt === null && options.html === null) return list(stored);
  const { id, receipt } = choose(stored, options.receipt, folders.state);
  if (options.html === null) return { code: EXIT.done, json: receipt, text: describeReceipt(receipt) };
  const histories = await Promise.all(options.history.map((file) => readHistory(resolve(folders.cwd, file))));
  const file = resolve(folders.cwd, options.html);
  await writeFile(file, receiptPage(receipt, histories));
  return { code: EXIT.done, json: { id, file }, text: `${id}: drawn in ${file}\n` };
}

function list(stored: readonly StoredReceipt[]): Result {
  const rows = stored.map(({ id, receipt }) => [id, ...rowOf(receipt)]);
  const text =
    rows.length === 0
      ? "no receipts here yet"
      : table([["RECEIPT", "OUTCOME", "MOVE", "SECONDS", "WRITE GAP", "LOST"], ...rows]);
  return { code: EXIT.done, json: { receipts: stored }, text: `${text}\n` };
}

function rowOf({ outcome, from, to, seconds, writeGap, loss }: Receipt): string[] {
  const lost =
    loss === null
      ? "-"
      : loss.proven === 0
        ? "0, proven"
        : loss.upperBoundSeconds === null
          ? "not known"
          : `<= ${loss.upperBoundSeconds.toFixed(1)} s`;
  const move = `${from === null ? "" : `${from} → `}${to ?? ""}`;
  return [outcome, move, seconds.toFixed(3), writeGap === null ? "-" : `${writeGap.seconds.toFixed(3)} s`, lost];
}

function choose(stored: readonly StoredReceipt[], id: string | null, folder: string): StoredReceipt {
  const found = id === null ? stored.at(-1) : stored.find((each) => each.id === id);
  if (found !== undefined) return found;
  if (id === null) throw badInput(`${folder}/receipts: holds no receipt yet`);
  throw badInput(`--receipt: there is no receipt ${id}; dragonfly-dr receipts lists them`);
}
