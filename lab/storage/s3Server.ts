import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../process/run";
import { Service } from "../process/service";
import { waitFor } from "../process/waitFor";

/** The bucket of both sites, and who may use it. */
export const SNAPSHOT_BUCKET = "dragonfly-snapshots";
const REGION = "us-east-1";

export interface S3Access {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface S3ServerOptions {
  /** Path of versitygw. */
  readonly program: string;
  /** Keeps buckets, users and credentials. */
  readonly directory: string;
  readonly address: string;
  readonly port: number;
  /** See `entryFile`. */
  readonly cgroupEntry: string;
}

interface Credentials {
  readonly root: { readonly accessKey: string; readonly secretKey: string };
  readonly user: { readonly accessKey: string; readonly secretKey: string };
}

/** An S3-compatible server on this machine's disk: versitygw. A bucket is a folder below `data`, an object a file. */
export class S3Server {
  readonly access: S3Access;
  private constructor(
    readonly options: S3ServerOptions,
    private readonly credentials: Credentials,
  ) {
    const { user } = credentials;
    this.access = {
      endpoint: `http://${options.address}:${options.port}`,
      region: REGION,
      bucket: SNAPSHOT_BUCKET,
      ...user,
    };
  }

  /** Starts it with one user and that user's bucket. Passwords go by files and the environment, never by arguments. */
  static async start(options: S3ServerOptions): Promise<S3Server> {
    const server = new S3Server(options, credentialsIn(options.directory));
    server.writeUsers();
    await server.resume();
    const { root, user } = server.credentials;
    if (!existsSync(join(server.data, SNAPSHOT_BUCKET))) {
      await run(options.program, ["admin", "create-bucket", "--owner", user.accessKey, "--bucket", SNAPSHOT_BUCKET], {
        env: {
          ADMIN_ACCESS_KEY: root.accessKey,
          ADMIN_SECRET_KEY: root.secretKey,
          ADMIN_ENDPOINT_URL: server.access.endpoint,
          ADMIN_REGION: REGION,
        },
      });
    }
    return server;
  }

  /** As an earlier run started it. */
  static of(options: S3ServerOptions): S3Server {
    return new S3Server(options, credentialsIn(options.directory));
  }

  /** Where the buckets' files are. */
  get data(): string {
    return join(this.options.directory, "data");
  }

  /** Starts it again over what it keeps. */
  async resume(): Promise<void> {
    const { program, address, port, directory, cgroupEntry } = this.options;
    mkdirSync(this.data, { recursive: true });
    const service = Service.start({
      name: "versitygw",
      command: [
        program,
        "--port",
        `${address}:${port}`,
        "--region",
        REGION,
        "--iam-dir",
        this.users,
        "--quiet",
        "--health",
        "/health",
        "posix",
        this.data,
      ],
      env: { ROOT_ACCESS_KEY: this.credentials.root.accessKey, ROOT_SECRET_KEY: this.credentials.root.secretKey },
      directory,
      cgroupEntry,
    });
    await waitFor(() => this.isUp(), { what: "versitygw", deadlineMs: 120_000, giveUp: service.mustBeAlive });
  }

  async isUp(): Promise<boolean> {
    return (await fetch(`${this.access.endpoint}/health`, { signal: AbortSignal.timeout(10_000) })).ok;
  }

  /** Its process; undefined when it was never started. */
  get service(): Service | undefined {
    return Service.find(this.options.directory, "versitygw");
  }

  private get users(): string {
    return join(this.options.directory, "users");
  }

  /** versitygw's own file: its command would take the secret as an argument. */
  private writeUsers(): void {
    mkdirSync(this.users, { recursive: true, mode: 0o700 });
    const { accessKey, secretKey } = this.credentials.user;
    const account = { access: accessKey, secret: secretKey, role: "user", userID: 0, groupID: 0, projectID: 0 };
    writeFileSync(join(this.users, "users.json"), JSON.stringify({ accessAccounts: { [accessKey]: account } }), {
      mode: 0o600,
    });
  }
}

function credentialsIn(directory: string): Credentials {
  const file = join(directory, "credentials.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Credentials;
  const fresh = (accessKey: string) => ({ accessKey, secretKey: randomBytes(24).toString("base64url") });
  // Pulumi hides the values of secrets wherever it meets them: a word such as "dragonfly" would blot out half of what
  // it says.
  const made: Credentials = { root: fresh("lab-root"), user: fresh(`snapshots-${randomBytes(4).toString("hex")}`) };
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  return made;
}
