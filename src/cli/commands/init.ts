import type { Leaf, Session } from '../command.ts';

interface Flags {
  readonly yes?: boolean;
  readonly fromUrl?: string;
  readonly protocol?: string;
  readonly fleet?: string;
  readonly agent?: string;
  readonly model?: string;
  readonly tokenEnv?: string;
  readonly withSchema?: boolean;
  readonly force?: boolean;
}

const init: Leaf = {
  formats: ['text', 'json'],
  flags: [
    { flags: '-y, --yes', summary: 'ask nothing; write what the flags say, and examples for the rest' },
    { flags: '--from-url <url>', summary: 'ask nothing; find out what this endpoint speaks (a few requests, no prompt)' },
    { flags: '--protocol <name>', summary: 'what the agent speaks; nothing is sent then' },
    { flags: '--fleet <name>', summary: 'the name of the fleet; default: the folder' },
    { flags: '--agent <name>', summary: 'the name of the agent; default: support' },
    { flags: '--model <name>', summary: 'the model, assistant or tool that is asked' },
    { flags: '--token-env <NAME>', summary: 'the environment variable that holds its credential' },
    { flags: '--with-schema', summary: 'also write agentops.schema.json, for editors' },
    { flags: '--force', summary: 'replace a manifest that is there' },
  ],
  examples: [
    ['agentops init', 'a few questions'],
    ['agentops init --from-url http://127.0.0.1:8000/v1', 'for an agent that runs'],
    ['agentops init --yes --protocol mcp --agent search', 'in a script'],
  ],
  exits: [
    ['0', 'the manifest is written'],
    ['2', 'wrong flags, or questions where nobody can answer'],
    ['3', 'the endpoint does not answer, or a file cannot be written'],
    ['4', 'there is a manifest already: --force replaces it'],
  ],
  async run(session, _arguments, given) {
    const flags = given as Flags;
    const { dirname, join } = await import('node:path');
    const [{ alreadyThere, ignoreState, writeOpenly }, { firstManifest }, { initFormats }] = await Promise.all([
      import('../write-first-files.ts'),
      import('../first-manifest.ts'),
      import('../../views/init.ts'),
    ]);
    const { ctx, cwd } = session;
    const path = await targetOf(session);
    const force = flags.force === true;
    // Asked before anything else: nobody wants to answer questions for nothing.
    const twin = [path, join(dirname(path), 'agentops.yml')].find((each) => ctx.files.exists(each));
    if (twin !== undefined && !force) throw alreadyThere(twin);
    const { agent, recognised } = await answersFor(session, flags, dirname(path));
    const manifest = writeOpenly(path, firstManifest(agent), force);
    const schema =
      flags.withSchema === true ? [writeOpenly(join(dirname(path), 'agentops.schema.json'), await schemaText(session), true)] : [];
    const ignored = ignoreState(ctx.files, dirname(path), ctx.env['HOME']);
    const variables = agent.variable === null ? [] : [agent.variable];
    const named = path === join(cwd, 'agentops.yaml') ? '' : ` -m ${path}`;
    const next = [
      ...variables.filter((name) => !ctx.env[name]).map((name) => `export ${name}=…`),
      `agentops doctor${named}`,
      `agentops health${named}`,
    ];
    const report = {
      fleet: agent.fleet,
      generatedAt: ctx.clock.now(),
      manifest: path,
      agent: agent.agent,
      protocol: agent.protocol,
      recognised,
      written: [manifest, ...schema, ...(ignored === null ? [] : [ignored])],
      variables,
      next,
    };
    return { finding: 'none', formats: initFormats(report) };
  },
};

export default init;

const targetOf = async ({ cwd, flags, ctx }: Session): Promise<string> => {
  const { resolve } = await import('node:path');
  return resolve(cwd, flags.manifest ?? (ctx.env['AGENTOPS_MANIFEST'] || 'agentops.yaml'));
};

const answersFor = async ({ ctx, terminal }: Session, flags: Flags, folder: string) => {
  const { agentOfFlags, askFirstAgent, checkGiven } = await import('../ask-first-agent.ts');
  const given = {
    url: flags.fromUrl ?? null,
    protocol: flags.protocol ?? null,
    fleet: flags.fleet ?? null,
    agent: flags.agent ?? null,
    model: flags.model ?? null,
    variable: flags.tokenEnv ?? null,
  };
  checkGiven(given);
  if (flags.yes === true || given.url !== null) return agentOfFlags(ctx, given, folder);
  if (terminal.prompts !== null) return askFirstAgent(ctx, terminal.prompts, terminal.say, given, folder);
  const { usageError } = await import('../../ground/errors.ts');
  throw usageError({
    code: 'nobody_to_ask',
    message: 'init asks a few questions, and there is no terminal to ask them on',
    hint: 'agentops init --yes writes an example; agentops init --from-url URL looks at an agent that runs',
  });
};

const schemaText = async ({ extensions }: Session): Promise<string> =>
  (await import('../manifest-schema.ts')).manifestSchemaText(await extensions());
