export type Fields = Readonly<Record<string, unknown>>;

/** An object of Kubernetes and the line on which it begins. */
export interface ManifestObject {
  readonly type: string;
  readonly name: string;
  readonly props: Fields;
  readonly line: number;
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
