import { z } from 'zod'

/** Text that says something. */
export const Text = z.string().min(1)

/** A path, relative to the folder of the configuration file where it does not begin with a slash. */
export const FilePath = Text.refine((path) => !path.includes('\0'), { error: 'must be a path without NUL characters' })
