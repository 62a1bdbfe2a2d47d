import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fillArguments, fillJson, fillPath } from '../../../src/controls/actions/template.ts';
import { OpsError } from '../../../src/ground/errors.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('..', '.', '%2e%2e', '../x', '{{ name }}', '-x', '?a=b', '#', '//h', '$&', '$1'),
);
const isText = (value: string): boolean => !/\p{Surrogate}/u.test(value);
const text = anyText.filter(isText);

it('keeps a value in its segment and in its parameter of the query, whatever it is', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, fc.constant('\ud800')), (name) => {
      const template = '/v1/a/{{ name }}/b-{{ params.name }}?q={{name}}&z=1';
      let filled: ReturnType<typeof fillPath>;
      try {
        filled = fillPath(template, { name });
      } catch (thrown) {
        expect(['', '.', '..'].includes(name) || !isText(name)).toBe(true);
        expect(thrown).toBeInstanceOf(OpsError);
        return;
      }
      const url = new URL('https://plane.example/api');
      url.pathname = `/api${filled.path}`;
      for (const [key, value] of Object.entries(filled.query)) url.searchParams.append(key, value);
      const again = new URL(url.href);
      expect(again.host).toBe('plane.example');
      expect(again.pathname.split('/').map(decodeURIComponent)).toEqual(['', 'api', 'v1', 'a', name, `b-${name}`]);
      expect([...again.searchParams]).toEqual([
        ['q', name],
        ['z', '1'],
      ]);
      expect(again.hash).toBe('');
    }),
  );
});

it('leaves as many arguments as there were, and makes no option of a value', () => {
  fc.assert(
    fc.property(anyText, (name) => {
      const template = ['run', '{{ name }}', '--to={{ name }}', 'x{{ name }}y'];
      try {
        const filled = fillArguments(template, { name });
        expect(filled).toEqual(['run', name, `--to=${name}`, `x${name}y`]);
        expect(filled[1]?.startsWith('-')).toBe(false);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(OpsError);
        expect(name.startsWith('-') || name.includes('\0')).toBe(true);
      }
    }),
  );
});

it('fills a body with the value itself, and never looks at what it filled in', () => {
  fc.assert(
    fc.property(fc.jsonValue(), text, (value, other) => {
      const filled = fillJson({ deep: ['{{ value }}', { text: 'a {{ other }} b' }] }, { value: value as never, other });
      expect(filled).toEqual({ deep: [value, { text: `a ${other} b` }] });
    }),
  );
});
