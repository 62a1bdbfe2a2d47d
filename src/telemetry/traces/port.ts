/** Whether a trace backend can be read with the credentials of the manifest. */
export interface Ping {
  readonly state: 'ok' | 'unauthorized' | 'failed';
  /** One sentence, values included. Untrusted text may be in it. */
  readonly detail: string;
}

/** Where traces are read from. */
export interface TraceBackend {
  ping(signal: AbortSignal): Promise<Ping>;
}
