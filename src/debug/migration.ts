import type { Machine } from '../host/machine.ts';

/**
 * What programs of kvm-unit-tests ask of whoever runs them, by lines on their console (spec/kvm-unit-tests.md 4.4), and how they learn that it
 * was done: a key is pressed.
 *
 * - `migrate`: migrate me now, and press a key when that is done;
 * - `begin`, `end`: press a key, and migrate me again and again between the two;
 * - `skip`: there is nothing to migrate; press a key.
 */
export type MigrationRequest = 'migrate' | 'begin' | 'end' | 'skip';

const REQUESTS: readonly (readonly [RegExp, MigrationRequest])[] = [
  [/^Now migrate the VM\b/, 'migrate'],
  [/^Begin continuous migration$/, 'begin'],
  [/^End continuous migration$/, 'end'],
  [/^Skipped VM migration\b/, 'skip'],
];

const requestOf = (line: string): MigrationRequest | undefined => REQUESTS.find(([pattern]) => pattern.test(line))?.[1];

/** Watches a guest's console for requests, and interrupts the machine when one comes. */
export class MigrationWatch {
  /** The guest wants to be migrated while it runs. */
  continuous: boolean;
  readonly #requests: MigrationRequest[] = [];
  #line: string;

  constructor(machine: Machine) {
    const lines = machine.console.split(/\r*\n/);
    this.#line = lines.pop()!;
    this.continuous = lines.map(requestOf).findLast((request) => request === 'begin' || request === 'end') === 'begin';
    const { onPrint } = machine;
    machine.onPrint = (text) => {
      onPrint(text);
      const requests = this.#read(text);
      this.#requests.push(...requests);
      if (requests.length > 0) machine.interrupt();
    };
  }

  /** The next request that nobody has attended to. */
  take(): MigrationRequest | undefined {
    return this.#requests.shift();
  }

  #read(text: string): MigrationRequest[] {
    const lines = `${this.#line}${text}`.split(/\r*\n/);
    this.#line = lines.pop()!;
    return lines.map(requestOf).filter((request) => request !== undefined);
  }
}
