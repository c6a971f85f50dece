/** Who owns which DNS name: the questions that guards ask of the apex index. All names are folded. */
export interface Apexes {
  /**
   * Whether the list of namespaces behind the answers is complete. While it is not, nothing may rest on
   * *nobody* owning a name: the caller is told to retry.
   */
  readonly complete: boolean
  /** The longest apex that `name` equals or lies below, with the namespaces that publish it, sorted. */
  ownerOf(name: string): ApexOwner | undefined
  /** Whether an apex other than `except` lies strictly below `name`. */
  hasApexBelow(name: string, except?: string): boolean
}

export interface ApexOwner {
  readonly apex: string
  readonly namespaces: readonly string[]
}
