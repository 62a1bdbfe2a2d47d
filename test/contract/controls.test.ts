import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { controls } from '../../src/controls/actions/registry.ts';
import { type ControlHarness, controlContract } from './control-suite.ts';

const harnessOf = (kind: string): string => join(import.meta.dirname, 'harnesses', `${kind}.ts`);

for (const kind of Object.keys(controls).filter((each) => existsSync(harnessOf(each)))) {
  const { default: harness } = (await import(harnessOf(kind))) as { default: ControlHarness };
  controlContract(kind, harness);
}

it.todo('every driver has a harness', () => expect(Object.keys(controls).filter((kind) => !existsSync(harnessOf(kind)))).toEqual([]));
