import { isApex } from '../hostnames/name.ts'
import { showValue } from './show-value.ts'

/**
 * Whether `template` makes hostnames within the apex. Any other name would be refused by the guard that judges
 * the result, so the mutator would leave the gap as it is.
 */
export function isHostnameTemplate(template: string): boolean {
  if (template !== '{apex}' && !template.endsWith('.{apex}')) return false
  const sample = template.replaceAll('{name}', 'a').replaceAll('{namespace}', 'a').replaceAll('{apex}', 'a')
  return isApex(sample)
}

/** The sentence for text that is none. */
export function explainHostnameTemplate({ input }: { readonly input?: unknown }): string {
  return `must be '{apex}' or end with '.{apex}', make a DNS name, and hold no placeholders but '{name}', '{namespace}' and '{apex}', not ${showValue(input)}`
}
