/** Whether a person at a browser asks, and not a program. */
export function wantsPage({ path, accept }: { readonly path: string; readonly accept: string | undefined }): boolean {
  return !/^\/(api|git)\//.test(path) && (accept ?? '').includes('text/html')
}
