/** What a command's exit code says; docs/commands.md is what scripts rely on. */
export const EXIT = {
  /** It is done. */
  done: 0,
  /** It was refused or it failed; nothing was changed, or what was changed has been taken back. */
  refused: 1,
  /** The command line or the site file is wrong; nothing was read from any cluster. */
  badInput: 2,
  /** Something was changed and it is not finished; the next step is printed. */
  unfinished: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
