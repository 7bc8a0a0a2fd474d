import type { DeviceText } from '../guest/device.ts';
import { type Fixture, parseFixture } from '../guest/fixture.ts';
import type { Program } from '../guest/program.ts';
import type { MachineSnapshot } from '../host/snapshot.ts';
import type { Records } from './result.ts';

/** A session as data: its machine, and what the session knows beyond that. */
export interface SessionSnapshot {
  readonly session: SessionState;
  readonly machine: MachineSnapshot;
}

/** What a session knows beyond its machine, as JSON. */
export interface SessionState {
  /** The program's name, as results have it. */
  readonly name: string;
  readonly program: ProgramState;
  readonly fixture: Fixture['source'] | null;
  /** Devices beside those of the fixture. */
  readonly devices: readonly DeviceText[];
  /** The fixture's actions that the host has come to, by number. */
  readonly acted: readonly number[];
  /** Instructions after which the run ends; null for none. */
  readonly limit: number | null;
  readonly records: Records;
}

/** A program without its bytes, which are in the machine: what its labels and source lines are. Addresses of 64 bits are decimal text. */
interface ProgramState {
  readonly entry: string;
  readonly symbols: readonly (readonly [name: string, value: string])[];
  readonly absolute: readonly string[];
  readonly lines: readonly (readonly [address: number, file: string, line: number])[];
}

export const captureProgram = ({ entry, symbols, absolute = new Set(), lines }: Program): ProgramState => ({
  entry: String(entry),
  symbols: [...symbols].map(([name, value]) => [name, String(value)]),
  absolute: [...absolute],
  lines: lines.map(({ address, file, line }) => [address, file, line]),
});

/** The program of a session that goes on from a snapshot; there is nothing of it to load. */
export const programOf = ({ program: { entry, symbols, absolute, lines } }: SessionState): Program => ({
  entry: BigInt(entry),
  segments: [],
  symbols: new Map(symbols.map(([name, value]) => [name, BigInt(value)])),
  absolute: new Set(absolute),
  lines: lines.map(([address, file, line]) => ({ address, file, line })),
});

export const fixtureOf = ({ fixture }: SessionState): Fixture | undefined =>
  fixture ? parseFixture(fixture.text, fixture.file) : undefined;
