import type { SignedAnchor } from '../../../ground/audit/anchor.ts';
import type { AnchorReport } from '../../../views/audit-verify.ts';
import type { Leaf, Session } from '../../command.ts';

interface Flags {
  readonly file?: string;
  readonly anchor?: string;
  readonly gitTag?: string;
  readonly signers?: string;
}

const verify: Leaf = {
  formats: ['text', 'json'],
  flags: [
    { flags: '--file <file>', summary: 'look at what audit export wrote, not at the journal' },
    { flags: '--anchor <file>', summary: 'hold the chain against an anchor as well' },
    { flags: '--git-tag <name>', summary: 'the same with an anchor in a tag of this repository' },
    { flags: '--signers <file>', summary: 'who may have signed the anchor, as ssh-keygen has it: name, key type, key' },
  ],
  examples: [
    ['agentops audit verify', 'is every record as it was written, and in its place?'],
    ['agentops audit verify --anchor anchor.txt --signers allowed_signers', 'and was nothing cut off, or written anew as a whole?'],
    ['agentops audit verify --file audit.jsonl --git-tag audit-2026-11', 'the same on another machine'],
  ],
  exits: [
    ['0', 'the chain is whole, and holds the anchor'],
    ['1', 'the chain is broken, does not hold the anchor, or nobody who may has signed that'],
    ['2', 'what is named is not there, or is no anchor'],
    ['3', 'the journal cannot be read, or ssh-keygen or git is not there'],
  ],
  async run(session, _args, given) {
    const flags = given as unknown as Flags;
    const { ctx } = session;
    const [{ judgeAnchor }, { verifyChain }, { auditVerifyFormats }] = await Promise.all([
      import('../../../ground/audit/anchor.ts'),
      import('../../../ground/audit/verify-chain.ts'),
      import('../../../views/audit-verify.ts'),
    ]);
    const kept = await keptAnchor(session, flags);
    const { pages, unread, fleet } = await chainOf(session, flags);
    const report = await verifyChain(pages, kept?.signed.anchor.seq ?? null);
    const chain = { ...report, broken: report.broken ?? unread };
    const anchor: AnchorReport | null =
      kept === null
        ? null
        : {
            source: kept.source,
            anchor: kept.signed.anchor,
            verdict: chain.broken === null || chain.witness !== null ? judgeAnchor(kept.signed.anchor, chain.witness, chain.records) : null,
            signature: await signatureOf(session, kept.signed, flags),
          };
    const isBad = chain.broken !== null || anchor?.verdict?.holds === false || anchor?.signature?.good === false;
    return {
      finding: isBad ? 'found' : 'none',
      formats: auditVerifyFormats({ fleet, generatedAt: ctx.clock.now(), file: flags.file ?? null, chain, anchor }),
      next: isBad ? ['agentops audit export > evidence.jsonl'] : anchor === null ? ['agentops audit anchor --key ~/.ssh/id_ed25519'] : [],
    };
  },
};

export default verify;

/** Longest export that is read: a few hundred thousand records. */
const maxExportBytes = 256 * 1024 * 1024;
const maxAnchorBytes = 64 * 1024;

const chainOf = async ({ ctx, cwd, fleet: load }: Session, { file }: Flags) => {
  if (file === undefined) {
    const { readChain } = await import('../../../ground/audit/audit.journal.ts');
    return { pages: readChain(await ctx.journal()), unread: null, fleet: (await load()).fleet.name };
  }
  const [{ resolve }, { parseExport }] = await Promise.all([import('node:path'), import('../../../ground/audit/exported.ts')]);
  const { records, broken } = parseExport(ctx.files.readText(resolve(cwd, file), maxExportBytes));
  return { pages: [records], unread: broken, fleet: null };
};

const keptAnchor = async (
  { ctx, cwd }: Session,
  { anchor, gitTag, signers }: Flags,
): Promise<{ readonly source: string; readonly signed: SignedAnchor } | null> => {
  const [{ resolve }, { usageError }, { parseAnchor }, { readGitTag }] = await Promise.all([
    import('node:path'),
    import('../../../ground/errors.ts'),
    import('../../../ground/audit/anchor.ts'),
    import('../../../ground/audit/record-git-tag.ts'),
  ]);
  if (anchor !== undefined && gitTag !== undefined)
    throw usageError({
      code: 'flags_conflict',
      message: '--anchor and --git-tag both name an anchor',
      hint: 'look at one after the other',
    });
  const source = anchor ?? gitTag;
  if (source === undefined) {
    if (signers === undefined) return null;
    throw usageError({
      code: 'usage',
      message: '--signers needs an anchor whose signature is looked at',
      hint: `agentops audit verify --anchor anchor.txt --signers ${signers}`,
    });
  }
  const text = gitTag === undefined ? ctx.files.readText(resolve(cwd, source), maxAnchorBytes) : await readGitTag(ctx, cwd, source);
  const signed = parseAnchor(text);
  if (signed !== null) return { source, signed };
  throw usageError({
    code: 'anchor_invalid',
    message: `${source} is not an anchor as audit anchor writes it`,
    hint: 'agentops audit anchor --help',
  });
};

/** Null: nobody was named who may sign. */
const signatureOf = async ({ ctx, cwd }: Session, { anchor: { at }, statement, signature }: SignedAnchor, { signers }: Flags) => {
  if (signers === undefined) return null;
  const [{ resolve }, { anchorNamespace }, { verifySignature }] = await Promise.all([
    import('node:path'),
    import('../../../ground/audit/anchor.ts'),
    import('../../../ground/audit/sign-digest.ts'),
  ]);
  const path = resolve(cwd, signers);
  ctx.files.readText(path, maxAnchorBytes * 16); // ssh-keygen does not tell a missing file from an unknown signer
  return verifySignature(ctx, { text: statement, signature, namespace: anchorNamespace, at }, path);
};
