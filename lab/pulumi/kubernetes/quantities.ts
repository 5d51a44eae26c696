// Quantities of resources: the API server rewrites `1000m` to `1` and `1024Mi` to `1Gi`, which is no change.

const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const QUANTITY = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([numkMGTPE]i?|Ki|)$/;

function quantity(value: string | number): number | undefined {
  const match = QUANTITY.exec(String(value));
  const factor = FACTORS[match?.[2] ?? ""];
  const number = Number(match?.[1] ?? "NaN");
  return factor === undefined || Number.isNaN(number) ? undefined : number * factor;
}

/** Whether both are quantities, and equal ones. */
export function isSameQuantity(left: string | number, right: string | number): boolean {
  const [a, b] = [quantity(left), quantity(right)];
  return a !== undefined && b !== undefined && Math.abs(a - b) <= Math.abs(a) * 1e-12;
}
