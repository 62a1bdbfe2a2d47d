export type Param = string | number | bigint | Uint8Array | null;

/** One statement of a commit. `rows`: how many rows it must change, else `Conflict` is thrown and nothing of the commit is written. */
export interface Write {
  readonly sql: string;
  readonly params: readonly Param[];
  readonly rows?: number;
}

/** The record that must not be lost. A commit whose expectations fail throws `Conflict`. Asynchronous, because it may be a server; no open transaction to hold. */
export interface Journal {
  all<Row>(sql: string, ...params: Param[]): Promise<Row[]>;
  /**
   * One transaction, durable on return. `survives: 'kill'`: it outlives this process at once, and a power cut only with the next commit
   * that is not so; for many small writes whose loss costs money and no more.
   */
  commit(writes: readonly Write[], survives?: 'power cut' | 'kill'): Promise<void>;
  /** UTC epoch milliseconds of the clock that all users of this journal share. */
  now(): Promise<number>;
  close(): Promise<void>;
}

/** What can be made again: always a local file, hence synchronous. */
export interface Cache {
  all<Row>(sql: string, ...params: Param[]): Row[];
  each<Row>(sql: string, ...params: Param[]): Iterable<Row>;
  /** Each row as the list of its columns: a third of the cost of `each`, for reads of many rows. Nothing may be written in between. */
  rows<Row extends readonly unknown[]>(sql: string, ...params: Param[]): Iterable<Row>;
  /** How many rows changed. */
  run(sql: string, ...params: Param[]): number;
  /** One immediate transaction; `work` must not wait for anything. */
  transact<T>(work: () => T): T;
  close(): void;
}
