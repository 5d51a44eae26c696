import { isMap, peek, plain, Unknown, type Value } from "../../model/value";

/** One statement of a policy document, lists made of single words. */
export interface Statement {
  readonly effect: string;
  /** In lower case, as IAM compares them. */
  readonly actions: readonly string[];
  /** Whether the actions, resources or principals are those that it does not concern. */
  readonly except: { readonly actions: boolean; readonly resources: boolean; readonly principals: boolean };
  readonly resources: readonly string[];
  readonly principal: Value | undefined;
  readonly condition: Value | undefined;
}

/** @returns Unknown where the document, or a part of it, is not known; undefined where it cannot be read. */
export function statements(document: Value | undefined): readonly Statement[] | Unknown | undefined {
  if (document instanceof Unknown) return document;
  const content = typeof document === "string" ? parse(document) : document;
  const written = peek(content, "Statement");
  if (written instanceof Unknown) return written;
  const all = Array.isArray(written) ? (written as readonly Value[]) : isMap(written) ? [written] : undefined;
  return all?.map(statement);
}

function statement(each: Value): Statement {
  const has = (key: string): boolean => isMap(each) && Object.hasOwn(each, key);
  const except = { actions: has("NotAction"), resources: has("NotResource"), principals: has("NotPrincipal") };
  return {
    effect: String(peek(each, "Effect") ?? ""),
    actions: words(peek(each, except.actions ? "NotAction" : "Action")).map((action) => action.toLowerCase()),
    resources: words(peek(each, except.resources ? "NotResource" : "Resource")),
    except,
    principal: peek(each, except.principals ? "NotPrincipal" : "Principal"),
    condition: peek(each, "Condition"),
  };
}

function parse(text: string): Value | undefined {
  try {
    return plain(JSON.parse(text)).value;
  } catch {
    return undefined;
  }
}

export function words(value: Value | undefined): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? (value as readonly Value[]).filter((each) => typeof each === "string") : [];
}

/** Whether a pattern with "*" and "?" matches a text; linear in the text for each "*" of the pattern. */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let from = 0;
  let star = -1;
  let mark = 0;
  while (from < text.length) {
    const letter = pattern.charAt(at);
    if (letter === "*") {
      star = at;
      mark = from;
      at += 1;
    } else if (at < pattern.length && (letter === "?" || letter === text.charAt(from))) {
      at += 1;
      from += 1;
    } else if (star >= 0) {
      at = star + 1;
      mark += 1;
      from = mark;
    } else return false;
  }
  while (pattern.charAt(at) === "*") at += 1;
  return at === pattern.length;
}
