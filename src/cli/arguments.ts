import { parseArgs } from 'node:util'

import { listChoices, showValue } from '../config/show-value.ts'
import { suggest } from '../config/suggest.ts'
import type { OptionUsage, Usage } from './usage.ts'

type Options = Usage['options']

/**
 * Reads the arguments behind a command. Finds every fault instead of stopping at the first one; what is wrong is
 * left out of the values, so that the command can add what it finds itself.
 */
export function readArguments<const Declared extends Options>(
  argv: readonly string[],
  usage: Usage & { readonly options: Declared },
) {
  const faults: string[] = []
  const sound = checkTokens(argv, usage, faults)
  const { values, positionals } = parseArgs({ args: sound, options: usage.options, allowPositionals: true })
  return { values, operands: positionals, faults }
}

/** The arguments that are in order, written so that the strict parser takes them. */
function checkTokens(argv: readonly string[], usage: Usage, faults: string[]): string[] {
  const { options, operands } = usage
  const { tokens } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: false, tokens: true })
  const given: string[] = []
  const places: string[] = []
  const seen = new Set<string>()
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue
    if (token.kind === 'positional') {
      if (places.length < (operands?.most ?? 0)) places.push(token.value)
      else faults.push(`${showValue(token.value)} is one argument too many`)
      continue
    }
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined
    if (option === undefined) {
      faults.push(explainUnknown(token.rawName, options))
      continue
    }
    const fault = findFault(token.rawName, token.value, option, seen.has(token.name), token.inlineValue)
    seen.add(token.name)
    if (fault !== undefined) faults.push(fault)
    else given.push(token.value === undefined ? `--${token.name}` : `--${token.name}=${token.value}`)
  }
  for (const [name, option] of Object.entries(options)) {
    if (option.required === true && !seen.has(name)) faults.push(`--${name} ${option.value ?? ''} is required`)
  }
  return [...given, '--', ...places]
}

function findFault(
  name: string,
  value: string | undefined,
  { type, multiple, choices }: OptionUsage,
  isRepeated: boolean,
  isInline: boolean | undefined,
): string | undefined {
  if (isRepeated && multiple !== true) return `${name} may be given once only`
  if (type === 'boolean') return value === undefined ? undefined : `${name} takes no value`
  // A value that looks like an option is one whose own value was forgotten; `-` is standard input.
  const isForgotten = value === undefined || (isInline !== true && value.startsWith('-') && value !== '-')
  if (isForgotten) return `${name} needs a value`
  if (value === '') return `${name} must not be empty`
  if (choices !== undefined && !choices.includes(value)) {
    return `${name} must be ${listChoices(choices)}, not ${showValue(value)}`
  }
  return undefined
}

function explainUnknown(rawName: string, options: Options): string {
  const known = [...Object.keys(options), 'help']
  const meant = suggest(rawName.replace(/^-+/, ''), known)
  const hint = meant === undefined ? '' : `; did you mean '--${meant}'?`
  return `${showValue(rawName)} is no option of this command${hint}`
}
