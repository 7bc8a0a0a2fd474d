/** State as plain data: what a snapshot can write and read back. Big integers and the like are written as their owner decides. */
export type Saved = null | boolean | number | string | Uint8Array | readonly Saved[] | { readonly [key: string]: Saved };
