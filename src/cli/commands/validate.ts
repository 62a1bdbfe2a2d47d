import type { Leaf } from '../command.ts';

const validate: Leaf = {
  formats: ['text', 'json'],
  examples: [
    ['agentops validate', 'the nearest agentops.yaml'],
    ['agentops validate -m fork/agentops.yaml --untrusted --allow-host 127.0.0.1', 'a file from somebody else'],
  ],
  exits: [
    ['0', 'the manifest is right'],
    ['2', 'it is not; every problem is listed with its place'],
  ],
  async run({ ctx, fleet: load, flags }) {
    const loaded = await load();
    const { requireSuites } = await import('../require-suites.ts');
    const { allowanceOf } = await import('../session.ts');
    await requireSuites(ctx, loaded.fleet, allowanceOf(flags));
    const { validateFormats } = await import('../../views/validate.ts');
    return { finding: 'none', formats: validateFormats(loaded, ctx.clock.now()), next: ['agentops doctor', 'agentops health'] };
  },
};

export default validate;
