/**
 * Acts after `ms`, but not before what has arrived meanwhile is read: a process that was kept from running finds the
 * timer and the reply at once, and Node looks at timers first.
 * @returns what calls it off.
 */
export function afterPendingIo(ms: number, act: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => (immediate = setImmediate(act)), ms);
  return () => {
    clearTimeout(timer);
    if (immediate !== undefined) clearImmediate(immediate);
  };
}
