import { Machine } from '../../../src/host/machine.ts';
import { STORAGE_SIZE } from './layout.ts';
import type { Area, Image, Outcome, Peer } from './peer.ts';

/** No image needs as many. */
const INSTRUCTION_LIMIT = 200_000_000;

const run = async (image: Image, area: Area): Promise<Outcome> => {
  const machine = new Machine({ storage: STORAGE_SIZE });
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
