import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { backends } from '../../src/telemetry/traces/registry.ts';
import { type BackendDialect, backendContract } from './backend-suite.ts';

/** Spans come to these by themselves, or cannot be listed, or the backend has only figures. Each has tests of its own. */
const otherwise = ['agentops', 'otlp', 'otlp-file', 'prometheus'];

const titles = readdirSync(new URL('backends', import.meta.url)).flatMap((name) => /^(.+)\.ts$/.exec(name)?.[1] ?? []);
const dialects = await Promise.all(
  titles.map(async (title) => {
    const { default: dialect } = (await import(`./backends/${title}.ts`)) as { default: BackendDialect };
    return { title, dialect };
  }),
);

it('covers every backend that is polled', () => {
  const polled = Object.keys(backends).filter((kind) => !otherwise.includes(kind));
  expect([...new Set(dialects.map(({ dialect }) => dialect.kind))].toSorted()).toEqual(polled.toSorted());
});

for (const { title, dialect } of dialects) {
  const load = backends[dialect.kind];
  if (load !== undefined) backendContract(title, load, dialect);
}
