import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { protocols } from '../../../../src/agents/protocols/registry.ts';
import { openJudges } from '../../../../src/quality/expect/judges/open-judges.ts';
import { aFleet } from '../../../support/facts.ts';
import { fakeContext } from '../../../support/fake-context.ts';
import { judgeAt } from '../../../support/judge-peer.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { openWorld, ref } from '../../../support/world.ts';

const world = openWorld({ JUDGE_KEY: 'judge-key' });
afterAll(() => world.http.close());
const demo = resolve(import.meta.dirname, '../../../../fixtures/demo/protocols');

/** The demo's own server of a protocol, scripted as a judge, in a process of its own. */
const serveJudge = async (protocol: string, serve: string): Promise<string> => {
  const script = join(temporaryFolder(), 'judge.mjs');
  const answer = `(messages) => ({
    text: JSON.stringify({ reason: 'read', pass: /<<<ANSWER (\\w+)>>>\\n[^<]*30 days[^<]*\\n<<<END ANSWER \\1>>>/.test(messages.at(-1).content), score: 0.5 }),
    usage: { input: 300, output: 20 },
  })`;
  const from = pathToFileURL(join(demo, `${protocol}.mjs`)).href;
  writeFileSync(script, `import { ${serve} } from '${from}';\n${serve}({ model: 'judge-1', answer: ${answer} });\n`);
  const env = { ...world.process.baseEnv, DEMO_TOKEN: 'judge-key' };
  const spec = { argv: [process.execPath, script, '--leashed'] as const, env, ready: /listening on (\S+)/, readyMs: 10_000 };
  const service = await world.process.start(spec, new AbortController().signal);
  onTestFinished(() => service.stop());
  return service.match[1] ?? '';
};

test.each([
  ['openai-chat', 'serveChat', false],
  ['openai-chat', 'serveChat', true],
  ['anthropic', 'serveMessages', false],
  ['anthropic', 'serveMessages', true],
])("%s: the demo's server (%s) judges, streamed %s", async (protocol, serve, stream) => {
  const url = await serveJudge(protocol, serve);
  const ctx = fakeContext({ http: world.http, secrets: world.secrets });
  const judges = { strict: judgeAt(url, { protocol, config: { stream, api_key: ref('${JUDGE_KEY}') } }) };
  const { judge } = await openJudges(ctx, { ...aFleet(), judges }, { protocols, cache: null, journal: null });
  const about = (answer: string) => judge?.hear({ form: 'rubric', criterion: 'c', exchanges: [{ input: 'q', answer }] }, null);
  expect((await about('You have 30 days.'))?.seats).toMatchObject([{ reply: { pass: true, score: 0.5 } }]);
  expect((await about('No.'))?.seats).toMatchObject([{ reply: { pass: false } }]);
});
