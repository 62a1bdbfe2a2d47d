/** A write of a commit did not change the rows it had to: somebody else was first. Nothing of the commit was written; read again. */
export class Conflict extends Error {
  override readonly name = 'Conflict';

  constructor(sql: string, wanted: number, changed: number) {
    super(`expected ${wanted} changed rows, found ${changed}: ${sql}`);
  }
}
