import { FACILITIES } from '../../../src/cpu/facilities.ts';
import { ROWS } from '../../../src/cpu/rows/index.ts';
import { Machine } from '../../../src/host/machine.ts';
import { STORAGE_SIZE } from './layout.ts';
import type { Area, Image, Outcome, Peer } from './peer.ts';

/** No image needs as many. */
const INSTRUCTION_LIMIT = 200_000_000;

/** Also those facilities of which zhint has some instructions but not all, so that these can be compared. */
const facilities = new Set([...FACILITIES, ...ROWS.flatMap(({ facility }) => facility ?? [])]);

const run = async (image: Image, area: Area): Promise<Outcome> => {
  const machine = new Machine({ storage: STORAGE_SIZE, facilities });
  for (const { address, bytes } of image.segments) machine.storage.write(address, bytes);
  machine.start(BigInt(image.entry));
  const { verdict, reason } = machine.run(INSTRUCTION_LIMIT);
  return {
    ended: verdict === 'passed' ? 'disabled wait' : 'time limit',
    bytes: machine.storage.read(area.address, area.length),
    ...(verdict !== 'passed' && { state: `${verdict}: ${reason}` }),
  };
};

export const zhint: Peer = { name: 'zhint', run };
