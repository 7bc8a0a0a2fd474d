import { expect, test } from 'vitest';
import { Machine } from '../../src/host/machine.ts';

test('a page for which no frame may be taken from another is an error that says so', () => {
  const { pager } = new Machine({ storage: 0x10_0000, frames: 3 });
  for (const page of [0x3000, 0x4000, 0x5000]) {
    pager.pageIn(page, 'test');
    pager.pinned.add(page);
  }
  expect(() => pager.pageIn(0x6000, 'test')).toThrow('all 3 frames hold pages that must stay resident');
  pager.pinned.delete(0x4000);
  pager.pageIn(0x6000, 'test');
  expect([0x3000, 0x4000, 0x5000, 0x6000].filter((page) => pager.isResident(page))).toEqual([0x3000, 0x5000, 0x6000]);
});
