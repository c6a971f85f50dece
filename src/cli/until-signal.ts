const signals = ['SIGTERM', 'SIGINT'] as const

/** Resolves with the first signal to end; a second one ends the process at once, as it would without us. */
export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const end = (signal: NodeJS.Signals): void => {
      for (const name of signals) process.off(name, end)
      resolve(signal)
    }
    for (const name of signals) process.on(name, end)
  })
}
