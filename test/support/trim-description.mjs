// Cuts a vendor's OpenAPI description down to what we use: node trim-description.mjs <description> <out.json> "<source>" 'GET /path' …
// Prose and examples go, whatever is not reachable from the kept operations goes; what a request must look like stays as it was.
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

const [from, to, source, ...wanted] = process.argv.slice(2);
const whole = parse(readFileSync(from, 'utf8'), { maxAliasCount: -1 });

const prose = new Set(['description', 'summary', 'example', 'examples', 'externalDocs', 'tags', 'x-codeSamples']);
/** Keys under `properties` are names of the vendor's, not words of OpenAPI: a property may be called `description`. */
const lean = (node, isNames = false) => {
  if (Array.isArray(node)) return node.map((item) => lean(item));
  if (typeof node !== 'object' || node === null) return node;
  const kept = Object.entries(node).filter(([key]) => isNames || !prose.has(key));
  return Object.fromEntries(kept.map(([key, value]) => [key, lean(value, !isNames && key === 'properties')]));
};

const paths = {};
for (const operation of wanted) {
  const [method, path] = operation.split(' ');
  const item = whole.paths[path];
  const described = item?.[method.toLowerCase()];
  if (described === undefined) throw new Error(`${operation} is not described`);
  const { parameters } = item;
  paths[path] ??= parameters === undefined ? {} : { parameters: lean(parameters) };
  paths[path][method.toLowerCase()] = lean(described);
  // Descriptions are required by OpenAPI in one place.
  for (const response of Object.values(paths[path][method.toLowerCase()].responses))
    if (response.$ref === undefined) response.description = '';
}

const components = {};
const keep = (node) => {
  if (typeof node !== 'object' || node === null) return;
  const found = /^#\/components\/([^/]+)\/(.+)$/.exec(node.$ref ?? '');
  if (found !== null) {
    const [, group, encoded] = found;
    const name = encoded.replaceAll('~1', '/').replaceAll('~0', '~');
    components[group] ??= {};
    if (components[group][name] === undefined) {
      components[group][name] = lean(whole.components[group][name]);
      keep(components[group][name]);
    }
  }
  for (const value of Object.values(node)) keep(value);
};
keep(paths);
if (whole.components?.securitySchemes) components.securitySchemes = lean(whole.components.securitySchemes);

const trimmed = {
  openapi: whole.openapi,
  info: { title: whole.info.title, version: String(whole.info.version ?? ''), description: `Cut down from ${source}` },
  ...(whole.security === undefined ? {} : { security: whole.security }),
  paths,
  components,
};
writeFileSync(to, `${JSON.stringify(trimmed, null, 1)}\n`);
