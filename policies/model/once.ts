/** A pure function of an object, computed once for each; what throws is tried again. Many rules ask the same. */
export function once<Of extends object, Result>(compute: (of: Of) => Result): (of: Of) => Result {
  const known = new WeakMap<Of, { readonly result: Result }>();
  return (of) => {
    const found = known.get(of) ?? { result: compute(of) };
    known.set(of, found);
    return found.result;
  };
}
