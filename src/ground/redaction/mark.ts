/** What stands in a text where something of a kind was hidden: `[email]`. */
export const redactionMark = (kind: string): string => `[${kind}]`;

/** A mark in a text; the kinds are words and blanks. */
export const redactionMarks = /\[[A-Za-z][A-Za-z ]{2,30}\]/g;
