import type { IncomingMessage, ServerResponse } from "node:http";

/** A tenth of what the real one takes, as the gateways of these tests wait less. */
const HELD_MS = 400;

/** A guard's API as the gateways see it, and what a test lets it say. */
export class StubGuard {
  private state = "closed 1 unreadable";
  private readonly waiting = new Set<() => void>();
  /** What each gateway said last that it knows. */
  readonly known = new Map<string, string>();
  /** Answers nothing at all: the connections stay. */
  frozen = false;
  /** A guard of a version before: no question that waits. */
  old = false;
  questions = 0;

  /** As `serving 7 readable`. */
  say(state: string): void {
    this.state = state;
    for (const answer of [...this.waiting]) answer();
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    this.questions += 1;
    if (this.frozen) return;
    const url = new URL(request.url ?? "/", "http://guard");
    const [word = "", , readable = ""] = this.state.split(" ");
    if (url.pathname === "/gateway" && !this.old) return this.tell(url, response);
    const status =
      { "/status": 200, "/primary": word === "serving" ? 200 : 503, "/read-only": readable === "readable" ? 200 : 503 }[
        url.pathname
      ] ?? 404;
    response.writeHead(status).end("answer");
  }

  private tell(url: URL, response: ServerResponse): void {
    const known = url.searchParams.get("known") ?? "";
    this.known.set(url.searchParams.get("id") ?? "", known);
    const told = (): string => this.state.replaceAll(" ", "/");
    const answer = (): void => {
      clearTimeout(late);
      this.waiting.delete(answer);
      response.writeHead(200, { "content-length": told().length }).end(told());
    };
    const late = setTimeout(answer, HELD_MS);
    response.on("close", () => {
      clearTimeout(late);
      this.waiting.delete(answer);
    });
    if (known !== told()) return answer();
    this.waiting.add(answer);
  }
}
