/** The text that percent codes stand for. A password may hold a percent sign that encodes nothing; the whole is then meant as it is. */
export const percentDecoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
