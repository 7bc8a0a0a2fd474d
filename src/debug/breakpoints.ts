import type { Events, PageState } from '../cpu/events.ts';
import { FRAME_SIZE } from '../cpu/storage.ts';
import type { Machine } from '../host/machine.ts';
import { Look } from './look.ts';
import type { IndexedEvent } from './timeline/event-index.ts';
import type { Probe } from './timeline/probe.ts';

/** Where a run is to stop. */
export type StopSpec =
  /** Before an instruction at this address executes, on any CPU, or on one of them at one level. */
  | { readonly kind: 'address'; readonly address: bigint; readonly cpu?: number; readonly level?: number }
  /** At a program interruption; without a code, any. */
  | { readonly kind: 'pgm'; readonly code?: number }
  | { readonly kind: 'interception'; readonly code?: number }
  /** When the host does this to a page. */
  | { readonly kind: 'host'; readonly action: Events['host']['action'] }
  /** When ESSA is executed; without an operation-request code, any. */
  | { readonly kind: 'essa'; readonly orc?: number }
  /** When the state of a page changes; `page` is an absolute address of the host's guest. */
  | { readonly kind: 'state'; readonly page: number }
  /** When bytes of the host's guest change; absolute addresses. */
  | { readonly kind: 'watch'; readonly address: number; readonly length: number };

/** Why a run has stopped. */
export type Stop =
  | { readonly reason: 'breakpoint'; readonly id: number; readonly cpu: number; readonly address: bigint }
  | { readonly reason: 'event'; readonly id: number; readonly event: IndexedEvent }
  | {
      readonly reason: 'watchpoint';
      readonly id: number;
      readonly address: number;
      readonly before: Uint8Array;
      readonly after: Uint8Array;
    }
  /** It has come to where it was to go. */
  | { readonly reason: 'arrived' }
  /** The program has ended. */
  | { readonly reason: 'end' }
  /** Going back has come to where everything began. */
  | { readonly reason: 'start' }
  /** Somebody did not want to wait. */
  | { readonly reason: 'interrupted' };

/** A stop that was asked for, under the number by which people know it; numbers below 1 are somebody's own. */
export interface NumberedSpec {
  readonly id: number;
  readonly spec: StopSpec;
}

type Hit = (found: Stop, isThere?: () => boolean) => void;

/** Looks at every instruction: stepping takes longer. */
const needsStepping = ({ kind }: StopSpec): boolean => kind === 'address' || kind === 'watch';

/**
 * Looks for all of these stops at once.
 * @param fromHere a run that goes on from a breakpoint does not stop there again at once
 */
export const probeFor = (specs: readonly NumberedSpec[], fromHere: boolean): Probe<Stop> => ({
  stepping: specs.some(({ spec }) => needsStepping(spec)),
  attach: (machine, hit) => {
    const ends = [...byAddress(machine, specs, hit, fromHere), ...specs.flatMap(({ id, spec }) => watchFor(machine, id, spec, hit))];
    return () => {
      for (const end of ends) end();
    };
  },
});

/** Stops at addresses, all in one look at each instruction. */
const byAddress = (machine: Machine, specs: readonly NumberedSpec[], hit: Hit, fromHere: boolean): (() => void)[] => {
  const wanted = new Map<bigint, { id: number; spec: StopSpec & { kind: 'address' } }[]>();
  for (const { id, spec } of specs) {
    if (spec.kind === 'address') wanted.set(spec.address, [...(wanted.get(spec.address) ?? []), { id, spec }]);
  }
  if (wanted.size === 0) return [];
  const look = new Look(machine);
  const addresses = (): bigint[] => machine.vcpus.map((vcpu) => look.registers(vcpu).psw.address);
  const from = fromHere ? { instruction: machine.instructions, addresses: addresses() } : undefined;
  return [
    machine.configuration.events.on('instruction', ({ cpu, address, level }) => {
      const found = wanted.get(address)?.find(({ spec }) => (spec.cpu ?? cpu) === cpu && (spec.level ?? level) === level);
      if (!found) return;
      if (from && machine.instructions === from.instruction && from.addresses[cpu] === address) return;
      const vcpu = machine.vcpus[cpu]!;
      hit(
        { reason: 'breakpoint', id: found.id, cpu, address },
        () => look.registers(vcpu).psw.address === address && look.level(vcpu) === level,
      );
    }),
  ];
};

const watchFor = (machine: Machine, id: number, spec: StopSpec, hit: Hit): (() => void)[] => {
  const { events } = machine.configuration;
  const found = (event: IndexedEvent): void => hit({ reason: 'event', id, event });
  switch (spec.kind) {
    case 'address':
      return [];
    case 'pgm':
      return [
        events.on('interruption', (event) => {
          if (event.class === 'program' && (spec.code ?? event.code) === event.code) found({ kind: 'interruption', event });
        }),
      ];
    case 'interception':
      return [
        events.on('interception', (event) => {
          if ((spec.code ?? event.code) === event.code) found({ kind: 'interception', event });
        }),
      ];
    case 'host':
      return [
        events.on('host', (event) => {
          if (event.action === spec.action) found({ kind: 'host', event });
        }),
      ];
    case 'essa':
      return [
        events.on('essa', (event) => {
          if ((spec.orc ?? event.orc) === event.orc) found({ kind: 'essa', event });
        }),
      ];
    case 'state':
      return [
        events.on('pageState', (event) => {
          if (event.page === spec.page && event.level === 1 && !isSameState(event.before, event.after)) found({ kind: 'pageState', event });
        }),
      ];
    case 'watch':
      return [watchBytes(machine, id, spec, hit)];
  }
};

const isSameState = (a: PageState, b: PageState): boolean => a.usage === b.usage && a.content === b.content && a.nodat === b.nodat;

/** Compares bytes before each instruction with what they were. A page that goes to the paging device and comes back has not changed. */
const watchBytes = (machine: Machine, id: number, { address, length }: StopSpec & { kind: 'watch' }, hit: Hit): (() => void) => {
  const look = new Look(machine);
  let before = look.guest(address, length).slice();
  const compare = (): void => {
    const now = look.guest(address, length);
    if (isSame(before, now)) return;
    const after = now.slice();
    hit({ reason: 'watchpoint', id, address, before, after });
    before = after;
  };
  const stop = machine.configuration.events.on('instruction', compare);
  return () => {
    stop();
    compare();
  };
};

const isSame = (a: Uint8Array, b: Uint8Array): boolean => {
  for (let n = 0; n < a.length; n++) if (a[n] !== b[n]) return false;
  return true;
};

/** Bytes that one watchpoint may cover. */
export const LONGEST_WATCH = FRAME_SIZE;
