import type { Leaf } from '../../command.ts';

interface Flags {
  readonly key?: string;
  readonly to?: string;
  readonly gitTag?: string;
}

const anchor: Leaf = {
  formats: ['text', 'json'],
  flags: [
    { flags: '--key <file>', summary: 'a private SSH key without a passphrase, or the .pub of one that ssh-agent holds' },
    { flags: '--to <file>', summary: 'keep it in a new file, and not on standard output' },
    { flags: '--git-tag <name>', summary: 'keep it as a new annotated tag on HEAD of this repository' },
  ],
  examples: [
    ['agentops audit anchor --key ~/.ssh/id_ed25519 > anchor.txt', 'signs where the chain ends now; keep it on another machine'],
    ['agentops audit anchor --key ~/.ssh/id_ed25519.pub --git-tag audit-2026-11', 'in a tag, signed by ssh-agent'],
    ['git push origin audit-2026-11', 'and out of reach of whoever can write the journal'],
  ],
  exits: [
    ['2', 'the key cannot sign, or there is nothing to sign yet'],
    ['3', 'the journal cannot be read, or ssh-keygen or git is not there'],
    ['4', 'the chain is broken, or the file is there already: an anchor is never overwritten'],
  ],
  async run({ ctx, cwd, fleet: load }, _args, given) {
    const { key, to, gitTag } = given as unknown as Flags;
    const [{ resolve }, { readChain }, { verifyChain }, { anchorNamespace, statementOf }, { signText }, errors] = await Promise.all([
      import('node:path'),
      import('../../../ground/audit/audit.journal.ts'),
      import('../../../ground/audit/verify-chain.ts'),
      import('../../../ground/audit/anchor.ts'),
      import('../../../ground/audit/sign-digest.ts'),
      import('../../../ground/errors.ts'),
    ]);
    const usage = (message: string, hint: string) => errors.usageError({ code: 'usage', message, hint });
    if (key === undefined) throw usage('audit anchor needs --key', 'agentops audit anchor --key ~/.ssh/id_ed25519');
    if (to !== undefined && gitTag !== undefined) throw usage('--to and --git-tag both say where it is kept', 'name one of them');
    if (to !== undefined && ctx.files.exists(resolve(cwd, to)))
      throw errors.refusedError({
        code: 'anchor_exists',
        message: `${to} is there already; an anchor is never overwritten`,
        hint: 'name a new file',
      });

    const { last, broken } = await verifyChain(readChain(await ctx.journal()), null);
    if (broken !== null)
      throw errors.refusedError({
        code: 'chain_broken',
        message: `a broken chain is not signed: ${broken.message}`,
        hint: 'agentops audit verify',
      });
    if (last === null) throw usage('nothing is recorded yet', 'agentops mark deploy and agentops eval accept are recorded');
    const at = ctx.clock.now();
    const anchored = { seq: last.seq, hash: last.hash, at };
    const statement = statementOf(anchored);
    const text = `${statement}${await signText(ctx, statement, resolve(cwd, key), anchorNamespace)}`;
    if (to !== undefined) ctx.files.writePrivate(resolve(cwd, to), text);
    if (gitTag !== undefined) await (await import('../../../ground/audit/record-git-tag.ts')).recordGitTag(ctx, cwd, gitTag, text);
    const { auditAnchorFormats } = await import('../../../views/audit-anchor.ts');
    const { fleet } = await load();
    return {
      finding: 'none',
      formats: auditAnchorFormats({ fleet: fleet.name, generatedAt: at, anchor: anchored, text, file: to ?? null, gitTag: gitTag ?? null }),
      next: gitTag === undefined ? [] : [`git push origin ${gitTag}`],
    };
  },
};

export default anchor;
