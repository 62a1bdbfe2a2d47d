// Preloaded with --import: writes the URL of every module that is resolved to the file named by TRACE_IMPORTS.
import { appendFileSync } from 'node:fs';
import { register } from 'node:module';

const hooks = `
import { appendFileSync } from 'node:fs';
export const resolve = async (specifier, context, next) => {
  const found = await next(specifier, context);
  appendFileSync(${JSON.stringify(process.env.TRACE_IMPORTS)}, found.url + '\\n');
  return found;
};`;
appendFileSync(process.env.TRACE_IMPORTS, '');
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
