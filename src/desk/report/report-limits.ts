/** So many agents have a line of their own on the page; the others are summed up in one. */
export const listedAgents = 40;
/** So many spenders have a colour of their own. */
export const colouredSpenders = 5;
