import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { receiptName, type Receipt } from "./receipt";

/** Writes the receipt under `receipts` of the state folder. @returns the file's path. */
export async function saveReceipt(stateFolder: string, receipt: Receipt): Promise<string> {
  const folder = join(stateFolder, "receipts");
  await mkdir(folder, { recursive: true });
  const file = join(folder, receiptName(receipt));
  await writeFile(file, `${JSON.stringify(receipt, null, 2)}\n`);
  return file;
}
