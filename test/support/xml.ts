export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const illegal = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const references: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const decoded = (raw: string): string =>
  raw.replace(/&([^;]*;?)/g, (whole, name: string) => {
    const numeric = /^#(\d+);$/.exec(name);
    const text = numeric ? String.fromCodePoint(Number(numeric[1])) : references[name.slice(0, -1)];
    if (text === undefined || illegal.test(text)) throw new Error(`not a reference: ${whole}`);
    return text;
  });

/** Reads the small part of XML 1.0 that we write, and throws where it is not well-formed. */
export const parseXml = (source: string): XmlElement => {
  if (illegal.test(source)) throw new Error('a character that XML 1.0 does not allow');
  const open: { name: string; attributes: Record<string, string>; children: XmlElement[]; text: string }[] = [];
  const roots: XmlElement[] = [];
  let at = source.startsWith('<?xml') ? source.indexOf('?>') + 2 : 0;
  const token = /<(\/?)([A-Za-z][\w.-]*)((?:\s+[\w.-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;
  while (at < source.length) {
    token.lastIndex = at;
    const found = token.exec(source);
    if (!found) throw new Error(`not well-formed at: ${source.slice(at, at + 60)}`);
    at = token.lastIndex;
    const [, closing, name = '', raw = '', empty, text] = found;
    if (text !== undefined) {
      if (text.includes(']]>')) throw new Error(']]> in text');
      const parent = open.at(-1);
      if (parent) parent.text += decoded(text);
      else if (text.trim() !== '') throw new Error(`text outside: ${text}`);
      continue;
    }
    if (closing) {
      const element = open.pop();
      if (element?.name !== name) throw new Error(`</${name}> closes ${element?.name}`);
      (open.at(-1)?.children ?? roots).push(element);
      continue;
    }
    const attributes = Object.fromEntries(
      [...raw.matchAll(/([\w.-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, decoded(value)]),
    );
    const element = { name, attributes, children: [], text: '' };
    if (empty) (open.at(-1)?.children ?? roots).push(element);
    else open.push(element);
  }
  if (open.length > 0 || roots.length !== 1) throw new Error('not one closed root');
  return roots[0] as XmlElement;
};
