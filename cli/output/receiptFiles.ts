import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isRecord } from "../../server/records";
import { receiptName, type Receipt } from "./receipt";

const folderOf = (stateFolder: string): string => join(stateFolder, "receipts");

/** Writes the receipt under `receipts` of the state folder. @returns the file's path. */
export async function saveReceipt(stateFolder: string, receipt: Receipt): Promise<string> {
  const folder = folderOf(stateFolder);
  await mkdir(folder, { recursive: true });
  const file = join(folder, receiptName(receipt));
  await writeFile(file, `${JSON.stringify(receipt, null, 2)}\n`);
  return file;
}

export interface StoredReceipt {
  /** The file's name without its ending. */
  readonly id: string;
  readonly receipt: Receipt;
}

/** All receipts of the state folder, oldest first; a file that is none is passed over. */
export async function readReceipts(stateFolder: string): Promise<StoredReceipt[]> {
  const folder = folderOf(stateFolder);
  const names = await readdir(folder).catch(() => []);
  const read = names
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map(async (name) => ({ id: name.slice(0, -5), receipt: asReceipt(await readFile(join(folder, name), "utf8")) }));
  return (await Promise.all(read)).flatMap(({ id, receipt }) => (receipt === null ? [] : [{ id, receipt }]));
}

/** Fields that an older version did not write yet are as if nothing was to say. */
const LATER_FIELDS = { discarded: [], roles: { before: {}, after: {} }, nextStep: null };

function asReceipt(text: string): Receipt | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(value) || value["version"] !== 1 || !Array.isArray(value["steps"]) || !isRecord(value["epochs"]))
    return null;
  return { ...LATER_FIELDS, ...value } as unknown as Receipt;
}
