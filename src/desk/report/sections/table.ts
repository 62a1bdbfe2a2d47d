import { type Html, html } from '../../../ground/output/html.ts';

export interface TableColumn<Row> {
  readonly title: string;
  /** Figures stand below each other by their last digit. */
  readonly isNumber?: boolean;
  /** Left out on a phone. */
  readonly isWide?: boolean;
  /** Left out on a phone, on paper and in a narrow window. */
  readonly isExtra?: boolean;
  /** The column that says what a row is about. */
  readonly isName?: boolean;
  /** CSS class of its cells. */
  readonly look?: string;
  cell(row: Row): string | number | Html | null;
}

export interface TableRest {
  /** What the last row is about; its other cells are in the order of the columns. */
  readonly cells: readonly (string | Html | null)[];
}

const classOf = ({
  isNumber,
  isWide,
  isExtra,
  look,
}: Pick<TableColumn<never>, 'isNumber' | 'isWide' | 'isExtra' | 'look'>): Html | null => {
  const names = [isNumber === true ? 'n' : '', isWide === true ? 'wide' : '', isExtra === true ? 'extra' : '', look ?? ''].filter(
    (name) => name !== '',
  );
  return names.length === 0 ? null : html` class="${names.join(' ')}"`;
};

/** A column of drawings needs no title: the one before it says what they show. */
const headOf = (column: Pick<TableColumn<never>, 'title' | 'isNumber' | 'isWide' | 'isExtra' | 'look'>): Html =>
  column.title === '' ? html`<td${classOf(column)}></td>` : html`<th scope="col"${classOf(column)}>${column.title}</th>`;

/** A table that scrolls by itself where it is wider than the page. `rest` is what is not listed, summed up. */
export const renderTable = <Row>(
  label: string,
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
  rest: TableRest | null = null,
): Html => {
  const cellOf = (column: TableColumn<Row>, piece: string | number | Html | null): Html =>
    column.isName === true ? html`<th scope="row"${classOf(column)}>${piece}</th>` : html`<td${classOf(column)}>${piece}</td>`;
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table>
<thead><tr>${columns.map(headOf)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${columns.map((column) => cellOf(column, column.cell(row)))}</tr>\n`)}${
  rest === null ? null : html`<tr class="rest">${columns.map((column, at) => cellOf(column, rest.cells[at] ?? null))}</tr>\n`
}</tbody></table></div>`;
};
