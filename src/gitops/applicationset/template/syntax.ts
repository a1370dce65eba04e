/** One value in a command; `offset` and `text` are what an error says of it. */
export type Operand = { readonly offset: number; readonly text: string } & (
  | { readonly kind: 'dot' | 'nil' }
  | { readonly kind: 'literal'; readonly value: string | number | bigint | boolean }
  | { readonly kind: 'field'; readonly path: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string; readonly path: readonly string[] }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'chain'; readonly base: Operand; readonly path: readonly string[] }
  | { readonly kind: 'pipe'; readonly pipe: Pipe }
);

export interface Command {
  readonly operands: readonly Operand[];
  readonly offset: number;
  readonly text: string;
}

export interface Pipe {
  /** Variables that take the value; two in a range. */
  readonly variables: readonly string[];
  readonly declares: boolean;
  readonly commands: readonly Command[];
}

export type Statement =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipe: Pipe }
  | { readonly kind: 'if' | 'with' | 'range'; readonly pipe: Pipe; readonly body: Block; readonly otherwise: Block }
  | { readonly kind: 'template'; readonly name: string; readonly pipe: Pipe | undefined; readonly offset: number }
  | { readonly kind: 'break' | 'continue' };

export type Block = readonly Statement[];

export interface Template {
  readonly source: string;
  readonly body: Block;
  readonly defined: ReadonlyMap<string, Block>;
}
