import { classToText, nameToText } from "../wire/presentation";
import { questionOf, type QuestionKey } from "../wire/question";
import { typeToText } from "../wire/typeNames";

/** Key of the shared list of popular names. No question has it: theirs hold two colons more than the prefix. */
export const popularKey = (prefix: string): string => `${prefix}:popular`;
/**
 * The key of an answer in the shared cache: `{prefix}:{name}:{type}:{class}`, then what else it depends on: `:do`
 * (signatures are wanted), `:cd` (unvalidated answers are wanted). Different questions have different keys: a colon
 * within a name is escaped.
 */
export function sharedKey(prefix: string, key: QuestionKey): string {
  const question = questionOf(key);
  const flags = `${question.dnssecOk ? ":do" : ""}${question.checkingDisabled ? ":cd" : ""}`;
  return `${prefix}:${nameToText(question.name)}:${typeToText(question.type)}:${classToText(question.class)}${flags}`;
}
