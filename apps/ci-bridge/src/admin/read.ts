import type { TableReader } from '@millrace/store';
import type { Rows } from '../domain/state';

/** The tables as views read them: what is committed, outside of any transaction. */
export type BridgeRead = { readonly [Table in keyof Rows]: TableReader<Rows[Table]> };
