// What the keys of `lvskit top` do.

import { SORT_ORDERS, type SortOrder } from './order.ts';

export interface Controls {
  readonly table: 'services' | 'drops';
  readonly order: SortOrder;
  /** Services without their servers. */
  readonly folded: boolean;
  /** Lines of the table above the first that is shown. */
  readonly scroll: number;
}

export const INITIAL_CONTROLS: Controls = { table: 'services', order: 'traffic', folded: false, scroll: 0 };

/** Lines of the table: those there are and those that the screen shows. */
export interface Extent {
  readonly length: number;
  readonly page: number;
}

/** Names of keys are node:readline's. A key without a meaning changes nothing. */
export function pressKey(controls: Controls, key: string, { length, page }: Extent): Controls {
  const { table, order, folded, scroll } = controls;
  switch (key) {
    case 's':
      return { ...controls, order: nextOrder(order), scroll: 0 };
    case 'd':
      return { ...controls, table: table === 'drops' ? 'services' : 'drops', scroll: 0 };
    case 'f':
      return { ...controls, folded: !folded, scroll: 0 };
    case 'up':
      return scrollTo(controls, scroll - 1, { length, page });
    case 'down':
      return scrollTo(controls, scroll + 1, { length, page });
    case 'pageup':
      return scrollTo(controls, scroll - page, { length, page });
    case 'pagedown':
    case 'space':
      return scrollTo(controls, scroll + page, { length, page });
    case 'home':
      return scrollTo(controls, 0, { length, page });
    case 'end':
      return scrollTo(controls, length, { length, page });
    default:
      return controls;
  }
}

/** Never past the last page; also for a table that has become shorter, or a screen that has become taller. */
export function scrollTo(controls: Controls, scroll: number, { length, page }: Extent): Controls {
  return { ...controls, scroll: Math.max(0, Math.min(scroll, length - page)) };
}

function nextOrder(order: SortOrder): SortOrder {
  return SORT_ORDERS[(SORT_ORDERS.indexOf(order) + 1) % SORT_ORDERS.length] ?? order;
}
