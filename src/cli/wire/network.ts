import { fetch as undiciFetch } from 'undici';
import type { Fetch } from '../../core/index.ts';

/** The machine's network. Its types differ from the platform's in name only. */
export const networkFetch = undiciFetch as unknown as Fetch;
