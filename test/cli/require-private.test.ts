import { expect, test } from 'vitest';
import { envFilesIn } from '../../src/cli/require-private.ts';

test('the files that Node was told to read are found in either way of saying so', () => {
  expect(
    envFilesIn(['--no-warnings', '--env-file=/a b/x.env', '--env-file', 'y.env', '--env-file-if-exists=z.env', '--env-filet=no']),
  ).toEqual(['/a b/x.env', 'y.env', 'z.env']);
  expect(envFilesIn(['--env-file'])).toEqual([]);
});
