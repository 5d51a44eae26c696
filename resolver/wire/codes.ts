/** Numbers of the DNS protocol that the packet path branches on (RFC 1035, 2671, 8482, 8914). */

export const HEADER_BYTES = 12;
/** Type and class after a question's name. */
export const QUESTION_TAIL_BYTES = 4;
/** An OPT record without options: root name, type, size, extended flags, no data. */
export const OPT_BYTES = 11;
/** What every client takes over UDP, whatever it says (RFC 6891, 6.2.3). */
export const LEAST_UDP_BYTES = 512;
export const MOST_MESSAGE_BYTES = 65_535;

/** Bits of the 16-bit flags word. */
export const FLAG = {
  response: 0x8000,
  opcode: 0x7800,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
  authenticData: 0x0020,
  checkingDisabled: 0x0010,
  rcode: 0x000f,
} as const;

export const RCODE = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  nameError: 3,
  notImplemented: 4,
  refused: 5,
  yxDomain: 6,
  /** Extended: its upper bits travel in OPT. */
  badVersion: 16,
} as const;

export const TYPE = {
  a: 1,
  ns: 2,
  cname: 5,
  soa: 6,
  mb: 7,
  mg: 8,
  mr: 9,
  ptr: 12,
  hinfo: 13,
  minfo: 14,
  mx: 15,
  rp: 17,
  afsdb: 18,
  rt: 21,
  srv: 33,
  kx: 36,
  dname: 39,
  opt: 41,
  /** From here to 255: transactions and questions about more than one record, none of them to be forwarded but ANY. */
  firstMeta: 249,
  any: 255,
} as const;

export const CLASS = { internet: 1 } as const;

/** Extended DNS errors (RFC 8914). */
export const EXTENDED_ERROR = { staleAnswer: 3, staleNameError: 19, noReachableAuthority: 22 } as const;
