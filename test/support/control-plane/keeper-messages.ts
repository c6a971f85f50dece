/** What a test and the keeper of its processes say to each other. */

/** A program to start. */
export interface Program {
  /** Names it towards the keeper, and its log files. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** How a process ended: one of the two is null. */
export interface Ending {
  readonly code: number | null
  readonly signal: string | null
}

export type Order =
  | { readonly do: 'start'; readonly program: Program }
  | { readonly do: 'signal'; readonly name: string; readonly signal: NodeJS.Signals }
  | { readonly do: 'end' }

export interface Request {
  readonly id: number
  readonly order: Order
}

export type Report =
  /** The first word: the folder that goes away with the keeper. */
  | { readonly kind: 'ready'; readonly folder: string }
  | { readonly kind: 'done'; readonly id: number; readonly pid?: number | undefined }
  | { readonly kind: 'failed'; readonly id: number; readonly text: string }
  | { readonly kind: 'ended'; readonly name: string; readonly ending: Ending }
