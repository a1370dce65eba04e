import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject } from '../../../core/index.ts';
import type { KindRule } from '../ports.ts';

/** `stringData` is for writing only: it ends up in `data`. */
export const secretRule: KindRule = {
  default(secret) {
    const { stringData } = secret;
    delete secret['stringData'];
    if (!isJsonObject(stringData)) return secret;
    const data: JsonObject = isJsonObject(secret['data']) ? { ...secret['data'] } : {};
    for (const [key, text] of Object.entries(stringData)) {
      if (typeof text === 'string') data[key] = Buffer.from(text).toString('base64');
    }
    secret['data'] = data;
    return secret;
  },
  validate: () => [],
};
