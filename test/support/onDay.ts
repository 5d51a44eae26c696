/**
 * For processes that a test starts: Node's clock, moved so that it begins on `day` and goes on from there. What this
 * project's own
 * policies excuse until some day must not make tests of something else fail from the day after.
 */
export function onDay(day: string): { readonly NODE_OPTIONS: string } {
  const moved = `
    const ahead = Date.parse(${JSON.stringify(day)}) - Date.now();
    const now = () => Reflect.apply(real.now, real, []) + ahead;
    const real = Date;
    globalThis.Date = new Proxy(real, {
      get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
      construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made),
      apply: () => new real(now()).toString(),
    });`;
  return {
    NODE_OPTIONS:
      `${process.env["NODE_OPTIONS"] ?? ""} --import=data:text/javascript,${encodeURIComponent(moved)}`.trim(),
  };
}
