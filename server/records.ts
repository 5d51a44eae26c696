export type JsonRecord = Readonly<Record<string, unknown>>;

/** Whether a value of unknown origin is a map with names, and no list. */
export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value where it is a map with names, and else an empty one. */
export const recordOf = (value: unknown): JsonRecord => (isRecord(value) ? value : {});

type Defined<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The same record without the fields that are undefined: for arguments that may be absent but not undefined. */
export const defined = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
