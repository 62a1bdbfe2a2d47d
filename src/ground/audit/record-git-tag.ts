import { unableError, usageError } from '../errors.ts';
import type { Context, ProcessResult } from '../runtime/context.ts';

type Tagging = Pick<Context, 'process' | 'signal'>;

/** Keeps a text as the message of a new annotated tag on HEAD of the repository in a folder. Throws a usage error where git says no. */
export const recordGitTag = async (ctx: Tagging, cwd: string, name: string, text: string): Promise<void> => {
  const { code, stderr } = await git(ctx, cwd, ['tag', '--annotate', '--no-sign', '--cleanup=verbatim', '--file=-', '--', name], text);
  if (code !== 0)
    throw usageError({
      code: 'tag_refused',
      message: `git made no tag ${name}: ${stderr.trim()}`,
      hint: 'a tag wants a new name, a commit to stand on, and git config user.name and user.email',
    });
};

/** The message of an annotated tag. Throws a usage error where there is none. */
export const readGitTag = async (ctx: Tagging, cwd: string, name: string): Promise<string> => {
  const { code, stdout, stderr } = await git(ctx, cwd, ['cat-file', 'tag', `refs/tags/${name}`], '');
  if (code === 0) return stdout.slice(stdout.indexOf('\n\n') + 2);
  throw usageError({
    code: 'tag_missing',
    message: `git has no annotated tag ${name}: ${stderr.trim()}`,
    hint: 'git tag --list names them',
  });
};

const git = async (ctx: Tagging, cwd: string, args: readonly string[], stdin: string): Promise<ProcessResult> => {
  const spec = {
    argv: ['git', ...args] as const,
    cwd,
    env: { ...ctx.process.baseEnv, LC_ALL: 'C' },
    stdin,
    timeoutMs: 30_000,
    maxBytes: 256 * 1024,
  };
  const result = await ctx.process.run(spec, ctx.signal);
  if (result.ended === 'exit' && result.code !== null) return result;
  throw unableError({
    code: 'git_failed',
    message: result.ended === 'missing' ? 'git is not on the search path' : `git did not come to its end (${result.ended})`,
    hint: 'keep the anchor in a file: --to anchor.txt',
  });
};
