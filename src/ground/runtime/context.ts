import type { Cache, Journal } from '../store/port.ts';

export interface Clock {
  /** UTC epoch milliseconds. */
  now(): number;
  /** Milliseconds on a clock that never goes back; only differences mean something. */
  monotonic(): number;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export type Env = Readonly<Record<string, string | undefined>>;

/**
 * A text that may hold `${NAME}` references, as it stands in the manifest. It is resolved by the command that uses it, as late as
 * possible, and what it resolves to is masked in every output.
 */
export interface SecretRef {
  readonly secret: string;
  /** The folder that `${file:path}` is relative to. */
  readonly base: string;
}

export interface Secrets {
  /** The text behind a reference. Throws a usage error that names the missing variable or file. */
  reveal(ref: SecretRef): string;
  /** Replaces every revealed value, in every spelling it may have taken, by `***`. */
  mask(text: string): string;
}

export interface FileFacts {
  readonly size: number;
  /** The same as long as the file is, under whatever name. */
  readonly inode: string;
  /** UTC epoch milliseconds. */
  readonly modifiedMs: number;
}

export interface Files {
  /** Throws a usage error where the file is missing or larger than `maxBytes`. */
  readText(path: string, maxBytes: number): string;
  /** Bytes from an offset on: fewer than `length` at the end, none behind it. Throws a usage error where the file cannot be read. */
  readBytes(path: string, offset: number, length: number): Uint8Array;
  /** Null where there is no such file. */
  factsOf(path: string): FileFacts | null;
  exists(path: string): boolean;
  /** Names in a folder, sorted; empty where there is no such folder. */
  list(path: string): readonly string[];
  isFolder(path: string): boolean;
  /** The path with symbolic links followed; as it is where it leads nowhere. */
  realPath(path: string): string;
  /** Writes beside and renames, so that a reader sees the old or the new text. Folders are made 0700. */
  writePrivate(path: string, text: string): void;
  /**
   * Replaces a file of somebody else: links are followed and its mode stays, and a reader sees the old or the new text. Throws an unable
   * error where it cannot, or where there is no such file.
   */
  replace(path: string, text: string): void;
  /**
   * Claims a file for one change, by a lock file beside it (`PATH.lock`), links followed; null where it is claimed already. Throws an unable
   * error where the lock file cannot be made.
   */
  claim(path: string): FileClaim | null;
  /** Whose the claim on a file is, in a text that no other claim has; null: nobody's. */
  claimOwner(path: string): string | null;
  /** Ends the claim of an owner who died over it; nothing where it is another's by now. */
  breakClaim(path: string, owner: string): void;
  /** Whether `replace` would be allowed: the file can be written, and so can its folder. */
  mayReplace(path: string): boolean;
  /** Adds to the end of a file of somebody else, making it where it is missing. Throws an unable error where it cannot. */
  append(path: string, text: string): void;
  /** Makes a new folder (0700) where this machine keeps temporary files. Throws an unable error where it cannot. */
  makeTemporary(prefix: string): string;
  /** Removes a folder and everything in it; one that is gone already is fine. */
  removeFolder(path: string): void;
}

/** A file that nobody else changes who asks first. */
export interface FileClaim {
  /** False where it was taken away meanwhile. */
  isOurs(): boolean;
  release(): void;
}

export interface ProcessSpec {
  readonly argv: readonly [string, ...string[]];
  readonly cwd?: string;
  /** The whole environment of the child: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export interface ProcessResult {
  /** `missing`: no such program; `overflow`: it printed more than `maxBytes`. The whole process group is ended in every case. */
  readonly ended: 'exit' | 'timeout' | 'overflow' | 'missing' | 'aborted';
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly firstByteMs: number | null;
  readonly totalMs: number;
}

/** A program that goes on running beside this one. */
export interface ServiceSpec {
  readonly argv: readonly [string, ...string[]];
  readonly cwd?: string;
  /** The whole environment of the child: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** The line of its standard output that says that it is ready. */
  readonly ready: RegExp;
  readonly readyMs: number;
}

export interface Service {
  /** What `ready` matched. */
  readonly match: RegExpExecArray;
  /** Ends the whole process group; done when it is gone. */
  stop(): Promise<void>;
}

/** The account a process runs under, and its machine. */
export interface Owner {
  readonly user: string;
  readonly host: string;
}

export interface Processes {
  /** What any program needs of this machine, and no more: PATH, HOME, LANG, LC_ALL, TZ, TMPDIR, where they are set. */
  readonly baseEnv: Readonly<Record<string, string>>;
  /** Whose process this is. */
  owner(): Owner;
  /** Throws an unable error where this machine cannot start a process at all. */
  run(spec: ProcessSpec, signal: AbortSignal): Promise<ProcessResult>;
  /**
   * Starts a service and waits until it is ready. Its standard input stays open until then and after, so that a service that watches it
   * ends with this process however that ends. Throws an unable error where it ends, or says nothing, before it is ready.
   */
  start(spec: ServiceSpec, signal: AbortSignal): Promise<Service>;
  /** The path of a program on the child's search path, or null. */
  find(program: string, cwd?: string): string | null;
}

/** Milliseconds; `total` bounds the whole exchange whatever the others say. */
export interface HttpLimits {
  readonly connectMs: number;
  readonly firstByteMs: number;
  /** The longest silence between two pieces of the body. */
  readonly stallMs: number;
  readonly totalMs: number;
  readonly maxBytes: number;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly limits: HttpLimits;
  /** True: no redirect is followed and no link-local address is reached, for requests that act or carry what others said. */
  readonly guarded?: boolean;
}

export interface HttpHead {
  readonly status: number;
  /** Lower-case names; repeated headers joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Milliseconds since the request was asked for; null for a phase that was not reached. */
export interface HttpTimings {
  readonly connectMs: number | null;
  readonly firstByteMs: number | null;
  readonly longestGapMs: number | null;
  readonly totalMs: number;
}

export type HttpPhase = 'connect' | 'first byte' | 'stall' | 'total';

export type HttpFailure =
  | { readonly kind: 'refused' | 'reset' | 'tls' | 'no_such_host' | 'protocol'; readonly message: string }
  /** The checker's own side: its name service or its network. */
  | { readonly kind: 'own_network'; readonly message: string }
  | { readonly kind: 'timeout'; readonly phase: HttpPhase; readonly message: string }
  | { readonly kind: 'too_large'; readonly message: string }
  | { readonly kind: 'redirected'; readonly message: string }
  | { readonly kind: 'aborted'; readonly message: string };

export interface HttpSink {
  head?(head: HttpHead): void;
  /** A piece of the body. Answer `stop` when no more is wanted: the exchange then ends well. */
  data(chunk: Uint8Array): 'more' | 'stop';
}

export interface HttpOutcome {
  /** Null where no answer came. */
  readonly head: HttpHead | null;
  /** Null where the body arrived whole, or the sink had enough. */
  readonly failure: HttpFailure | null;
  readonly timings: HttpTimings;
  /** Days until the server's certificate ends; null over plain HTTP. */
  readonly certificateDays: number | null;
}

export interface Http {
  /** One exchange. Never throws for what the network or the server did, never follows a redirect to another host. */
  send(request: HttpRequest, sink: HttpSink, signal: AbortSignal): Promise<HttpOutcome>;
}

export interface SandboxRun {
  readonly value: unknown;
  readonly error: string | null;
}

export interface Sandbox {
  /** Runs one function body in a worker with `args` as its variables. A guard against accidents, not against malice. */
  run(code: string, args: Readonly<Record<string, unknown>>, timeoutMs: number): Promise<SandboxRun>;
}

/** What an effect may touch. No terminal: only `cli` has one. */
export interface Context {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly env: Env;
  readonly http: Http;
  readonly files: Files;
  readonly process: Processes;
  readonly secrets: Secrets;
  readonly sandbox: Sandbox;
  readonly signal: AbortSignal;
  journal(): Promise<Journal>;
  /** What can be made again: spans, rollups, scores. Always on this machine. */
  cache(): Promise<Cache>;
}
