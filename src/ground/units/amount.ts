/** One dollar in nano-dollars. */
export const nanosPerDollar = 1_000_000_000;

const money = /^\$(\d{1,6})(?:\.(\d{1,9}))?$/;
const share = /^(\d+(?:\.\d+)?)%$/;
const count = /^(\d+(?:\.\d+)?)([kM]?)$/;

/** Nano-dollars of `$0.40`; null where the text is not such an amount. Exact: no floating point on the way. */
export const parseMoney = (text: string): number | null => {
  const parts = money.exec(text.trim());
  if (!parts) return null;
  return Number(parts[1]) * nanosPerDollar + Number((parts[2] ?? '').padEnd(9, '0'));
};

/** 0 to 1 of `5%`; null where the text is not a percentage between 0 and 100. */
export const parseShare = (text: string): number | null => {
  const parts = share.exec(text.trim());
  if (!parts) return null;
  const value = Number(parts[1]);
  return value <= 100 ? value / 100 : null;
};

/** A whole number of `60k`, `1.5M`, `800`; null otherwise. */
export const parseCount = (text: string): number | null => {
  const parts = count.exec(text.trim());
  if (!parts) return null;
  const factor = parts[2] === 'k' ? 1e3 : parts[2] === 'M' ? 1e6 : 1;
  const value = Number(parts[1]) * factor;
  return Number.isSafeInteger(Math.round(value)) && Math.abs(value - Math.round(value)) < 1e-6 ? Math.round(value) : null;
};

/** Dollars of nano-dollars, as JSON shows them. */
export const toUsd = (nanos: number): number => nanos / nanosPerDollar;

/** For people: `$0.0042`, `$1.20`, `$1,234`, `-$0.50`. Small amounts keep two significant digits. */
export const formatMoney = (nanos: number): string => {
  const usd = Math.abs(nanos) / nanosPerDollar;
  if (usd === 0) return '$0';
  return `${nanos < 0 ? '-' : ''}$${dollars(usd)}`;
};

const dollars = (usd: number): string => {
  if (usd >= 999.995) return grouped(usd);
  const digits = usd >= 0.1 ? 2 : Math.min(9, Math.max(2, 1 - Math.floor(Math.log10(usd))));
  return usd.toFixed(digits);
};

/** For people: `<0.1%`, `0.4%`, `12%`, `99.95%`. What is not all is never shown as 100%. */
export const formatShare = (value: number): string => {
  const percent = value * 100;
  if (percent > 99 && percent < 100) return `${(Math.floor(percent * 100) / 100).toFixed(2)}%`;
  if (percent > 0 && percent < 0.05) return '<0.1%';
  return `${percent >= 9.95 || percent === 0 ? Math.round(percent) : percent.toFixed(1)}%`;
};

/** `12,340`: as `toLocaleString` has it, whose first call loads the tables of all locales and takes as long as a tenth of starting Node. */
export const grouped = (count: number): string => String(Math.round(count)).replace(/\B(?=(?:\d{3})+$)/g, ',');
