/**
 * Text that an agent, a trace or an alert said, made inert for the place it is printed in. Every function takes raw text.
 * Sequences that a terminal would obey are removed, control characters are shown as `\x1b`, characters without a look are
 * removed, and text that no reader would finish is cut.
 */

/** Characters (UTF-16) of one text that are printed for people; more is cut with `…`. */
export const longestText = 4096;

/** ECMA-48 control strings (OSC, DCS, SOS, PM, APC; closed by BEL or ST) and control sequences, in 7-bit and 8-bit form; then two-character escapes. */
const sequences =
  /(?:\u001B[\]PX^_]|[\u0090\u0098\u009D-\u009F])[^\u0000-\u001F\u007F-\u009F]*(?:\u0007|\u001B\\|\u009C)|(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|\u001B[ -/]*[0-OQ-WYZ`-~]/g;
const controls = /[\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F]/g;
const lineEnds = /\r\n?|[\n\u000B\u000C\u0085\u2028\u2029]/g;
const loneSurrogates = /\p{Surrogate}/gu;
/** Bidi controls, zero-width and filler characters, tags, interlinear marks; not the joiner and the selector that hold one emoji together. */
const invisible =
  /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}]\uFE0F?)\u200D|\u200D(?!\p{Extended_Pictographic})|(?<!\p{Extended_Pictographic})\uFE0F|(?![\u200D\uFE0F])\p{Default_Ignorable_Code_Point}|[\uFFF9-\uFFFB\uFFFE\uFFFF]/gu;
const stackedMarks = /(\p{M}{6})\p{M}+/gu;

const shown = (control: string): string => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`;

const clipped = (text: string): string => {
  if (text.length <= longestText) return text;
  return `${text.slice(0, longestText).replace(/[\uD800-\uDBFF]$/, '')}…`;
};

/** Readable text without anything that acts or hides; line ends are kept as `\n`. */
export const inertText = (text: string): string =>
  clipped(text)
    .replace(sequences, '')
    .replace(lineEnds, '\n')
    .replace(controls, shown)
    .replace(loneSurrogates, '\uFFFD')
    .replace(invisible, '')
    .replace(stackedMarks, '$1');

/** Commands that CI services read out of a log: `::error::` where a line could start; `##[error]`, `##vso[` and `##teamcity[` anywhere in it. */
const commandAtStart = /(?<!\S)::+/g;
const commandAnywhere = /##(?=\[|vso\[|teamcity\[)/g;

const colonsApart = (colons: string): string => [...colons].join(' ');

/** One line for a terminal, a pipe or a CI log. */
export const inertLine = (text: string): string =>
  inertText(text).replace(/\s+/g, ' ').trim().replace(commandAtStart, colonsApart).replace(commandAnywhere, '# #');

const htmlEntities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const entity = (character: string): string => htmlEntities[character] ?? '';

/** Text or a quoted attribute value in HTML. */
export const htmlText = (text: string): string => inertText(text).replace(/[&<>"']/g, entity);

/** Text or a quoted attribute value in XML 1.0; nothing outside its `Char` production is left, and the printed XML is no CI command. */
export const xmlText = (text: string): string =>
  inertText(text)
    .replace(/[&<>"']/g, entity)
    .replace(commandAtStart, (colons) => `&#58;${colons.slice(1)}`)
    .replace(commandAnywhere, '#&#35;')
    .replace(/\n/g, '&#10;')
    .replace(/\t/g, '&#9;');

/** A zero-width space. GitHub and GitLab look for mentions and references after Markdown is rendered, where an escape is gone. */
const seam = '&#8203;';
const markdownEntities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '|': '&#124;' };

const markdownCharacter = (character: string, at: number, line: string): string => {
  const escaped = markdownEntities[character] ?? (/[@!%]/.test(character) ? character : `\\${character}`);
  return /[&@#!%~]/.test(character) && /\S/.test(line[at + 1] ?? ' ') ? `${escaped}${seam}` : escaped;
};

/** One line of Markdown that renders as the plain text: no link, image, HTML, mention, reference or cell border. */
export const markdownText = (text: string): string =>
  inertLine(text)
    .replace(/[&<>|\\`*_[\]()~@#!%]/g, markdownCharacter)
    .replace(/:(?=\/\/)/g, `:${seam}`)
    .replace(/\b(?:www\.|GH-)/gi, `$&${seam}`)
    .replace(/^[-+=]/, '\\$&')
    .replace(/^\d+(?=[.)](?:\s|$))/, `$&${seam}`);

/** A data field of a GitHub workflow command (actions/toolkit, `escapeData`). */
export const githubData = (text: string): string =>
  inertText(text).replace(commandAnywhere, '# #').replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');

/** A property of a GitHub workflow command (actions/toolkit, `escapeProperty`). */
export const githubProperty = (text: string): string => githubData(text).replace(/:/g, '%3A').replace(/,/g, '%2C');

/** A text that no spreadsheet takes for a formula (OWASP, CSV injection): an apostrophe stands before a leading `= + - @`, full-width ones included. */
export const formulaFree = (text: string): string => inertLine(text).replace(/^['\s]*[=+\-@＝＋－＠]/, "'$&");

/** The value of a Prometheus label, between its quotes (exposition format 0.0.4). */
export const prometheusLabel = (text: string): string => inertLine(text).replace(/\\/g, '\\\\').replace(/"/g, '\\"');

/** Text of a monitoring plugin: `|` would start the performance data, and old web pages show it as HTML. */
export const nagiosText = (text: string): string =>
  inertLine(text).replace(/\|/g, '/').replace(/</g, '(').replace(/>/g, ')').replace(/`/g, "'");
