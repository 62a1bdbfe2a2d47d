interface Sentence {
  readonly message: string;
  readonly hint: string | null;
}

const quoteMissing: Sentence = { message: 'a text that starts with a quote has no closing quote', hint: 'close the quote' };

const byCode: Readonly<Record<string, (said: string, rest: string) => Sentence>> = {
  RESOURCE_EXHAUSTION: () => ({ message: 'the file is nested far too deep here', hint: null }),
  TAB_AS_INDENT: () => ({ message: 'a tab is used as indentation', hint: 'indent with spaces' }),
  NON_STRING_KEY: () => ({ message: 'a key must be text, and here it is a list or a map', hint: 'put text that looks like one in quotes' }),
  MULTIPLE_DOCS: () => ({ message: 'a second document starts here', hint: 'take --- out, or make two files and use include:' }),
  MULTILINE_IMPLICIT_KEY: () => ({
    message: 'this line is not of the form "key: value"',
    hint: 'is a colon missing, or the space after it?',
  }),
  BLOCK_AS_IMPLICIT_KEY: () => ({ message: 'there is a second ": " in this line', hint: 'put text that holds ": " in quotes' }),
  TAG_RESOLVE_FAILED: (said) => ({
    message: `the tag ${said.replace(/^Unresolved tag: /, '').replace('tag:yaml.org,2002:', '!!')} is not understood`,
    hint: 'take it out; a variable is read with ${NAME}',
  }),
  BAD_SCALAR_START: (_said, rest) => ({
    message: `text cannot start with ${rest.charAt(0)} unless it is quoted`,
    hint: 'put it in quotes',
  }),
  BAD_DQ_ESCAPE: (_said, rest) => ({
    message: `"${rest.slice(0, 2)}" is not an escape that double quotes know`,
    hint: 'use single quotes, or write \\\\ for a backslash',
  }),
  MISSING_CHAR: (said) => {
    if (/^Missing closing ['"]quote/.test(said)) return quoteMissing;
    return said.startsWith('Implicit map keys')
      ? { message: 'a key without a value', hint: 'is a colon missing, or the space after it?' }
      : unknownSentence(said);
  },
  BAD_INDENT: (said) => {
    if (said.startsWith('All ')) return { message: 'this line is indented unlike the lines it belongs to', hint: 'line it up with them' };
    const [, open, close] = /(sequence|map) .*end with a ([\]}])/.exec(said) ?? [];
    if (open === undefined) return unknownSentence(said);
    return {
      message: `a ${open === 'map' ? 'map that starts with {' : 'list that starts with ['} is not closed before this line`,
      hint: `add ${close}`,
    };
  },
};

const unknownSentence = (said: string): Sentence => ({
  message: `the file is not YAML from here on: ${said.charAt(0).toLowerCase()}${said.slice(1)}`,
  hint: null,
});

/**
 * What the YAML parser complains about, in the words of somebody who wrote the file.
 * @param rest the file from the place of the complaint on
 */
export const syntaxSentence = (code: string, said: string, rest: string): Sentence => byCode[code]?.(said, rest) ?? unknownSentence(said);
