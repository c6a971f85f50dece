/**
 * The longest review that is decoded: an update carries the old and the new object, up to 3 MiB each, plus the
 * envelope (reference/admission-webhooks.md 1.8).
 */
export const maxBodyBytes = 7 * 1024 * 1024
