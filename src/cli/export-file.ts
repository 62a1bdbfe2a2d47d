import { usageError } from '../ground/errors.ts';
import { jsonDocument } from '../ground/output/json.ts';
import { renderParagraph } from '../ground/output/line.ts';
import { shellWord } from '../response/runbooks/next-command.ts';
import type { Outcome, Session } from './command.ts';
import { requireWritable, writeOutput } from './outputs.ts';

/** A file for another tool. */
export interface ExportedFile {
  /** The word it is asked for by. */
  readonly kind: string;
  readonly text: string;
  /** What cannot be said in that tool's words, and why. */
  readonly leftOut: readonly { readonly name: string; readonly part: string | null; readonly reason: string }[];
  /** What to do with it; `FILE` stands for where it is written. */
  readonly next: readonly string[];
}

/** Prints a file, or writes it where `out` says; what is left out of it is told beside it. */
export const exportFile = async (
  session: Session,
  out: string | undefined,
  { kind, text, leftOut, next }: ExportedFile,
): Promise<Outcome> => {
  const { ctx, terminal } = session;
  const { fleet } = await session.fleet();
  if (out !== undefined) {
    requireWritable(out, `--out ${out}`);
    writeOutput(out, ctx.secrets.mask(text));
  }
  for (const { name, part, reason } of leftOut) {
    const text = `left out: ${name}${part === null ? '' : ` (${part})`}: ${reason}`;
    for (const line of renderParagraph(terminal.err, { indent: 0, hang: 2, maxLines: 6 }, [{ text }])) terminal.say(line);
  }
  const document = () => jsonDocument(fleet.name, ctx.clock.now(), { kind, file: out ?? null, text, left_out: leftOut });
  return {
    finding: 'none',
    formats: { text: () => (out === undefined ? text : ''), json: document },
    next: next.map((line) => named(line, out)),
  };
};

const named = (line: string, out: string | undefined): string => (out === undefined ? line : line.replace('FILE', shellWord(out)));

/** The address of `agentops serve` as it was typed, without a path. Throws a usage error where it is none. */
export const readServeUrl = (typed: string): string => {
  const url = URL.canParse(typed) ? new URL(typed) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '' && url.username === '') return url.origin;
  throw usageError({
    code: 'flag_invalid',
    message: `--serve cannot be ${JSON.stringify(typed)}: it is the address of agentops serve, without a path`,
    hint: '--serve http://127.0.0.1:4319',
  });
};
