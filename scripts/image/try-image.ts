export async function tryImage(_tag: string, _version: string): Promise<void> {}
