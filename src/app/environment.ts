/** What of the server's own environment reaches programs it starts for itself; jobs and instances get none of it. */
export function gitEnvironment(): Readonly<Record<string, string>> {
  const { PATH, SSH_AUTH_SOCK } = process.env
  return { ...(PATH === undefined ? {} : { PATH }), ...(SSH_AUTH_SOCK === undefined ? {} : { SSH_AUTH_SOCK }) }
}

/** Where whoever started the server keeps the code that Node has compiled: the host may use it as well. Empty: of its own. */
export function compiledCode(): { readonly compileCache?: string } {
  const { NODE_COMPILE_CACHE: compileCache = '' } = process.env
  return compileCache === '' ? {} : { compileCache }
}
