/** Milliseconds since 1970. Given to whatever decides by time, so that tests decide what time it is. */
export type Clock = () => number;

export const wallClock: Clock = () => Date.now();
